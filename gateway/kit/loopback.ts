/** Whether a host is this very machine: what passes there needs no TLS. `[::1]` is how a URL writes it. */
export const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host) || host.startsWith('127.')
