/** Requests that may be under way in the instant in which the address moves: their packets go to the other machine. */
export const UNDER_WAY = 5;
