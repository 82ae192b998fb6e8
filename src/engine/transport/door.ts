/** Whom the transport listens to at all. Asked before anything is read, and of every datagram: it must be quick. */
export interface Door {
  /** Whether a connection from there may be opened to us. */
  admitsConnection(address: string): boolean
  /**
   * Whether what came from there is to be looked at. `isConnected`: it came over a connection, so that the address is
   * no forgery.
   */
  admits(data: Buffer, address: string, isConnected: boolean): boolean
}

export const openDoor: Door = {
  admitsConnection: () => true,
  admits: () => true,
}
