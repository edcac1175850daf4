/** The readiness events of `IOLoop.addHandler`, as bits. The values are Tornado's, which are epoll's. */
export const NONE = 0x00;
export const READ = 0x01;
export const WRITE = 0x04;
export const ERROR = 0x18;
