/** The user that admins and the machine plugin log in as: may become root, has no password, is let in by key only. */
export const adminUser = "holdfast";
