/** Bytes of HAProxy's buffers: a page with a long policy, many links or a dozen cookies, and what apps of today answer. */
export const bufferBytes = 32 * 1024;

/** Bytes of a buffer that HAProxy keeps for headers that it adds itself (tune.maxrewrite, its default). */
const reserved = 1024;

/** Bytes that the head of a request or of an answer may have: its first line and its headers. */
export const headBytes = bufferBytes - reserved;

/** Headers that a request or an answer may have; HAProxy's default is 101. */
export const mostHeaders = 256;
