/** Of a file or folder on a machine. */
export const absolutePath = /^\/(?:[^/\0]+\/)*[^/\0]+$/;
/** Name or number of a user or group. */
export const account = /^(?:[a-z_][a-z0-9_-]{0,31}\$?|\d{1,9})$/;
