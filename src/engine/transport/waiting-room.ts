import type { Socket } from 'node:net'

/**
 * Connections that others have opened and that have brought no message yet. When there are too many, the oldest of the
 * address that holds the most makes room: a flood of silent connections costs the flood, not the phone that is about
 * to speak.
 */
export class WaitingRoom {
  readonly #limit: number
  readonly #byAddress = new Map<string, Map<number, Socket>>()
  #size = 0
  #turnedOut = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** How many had to make room since the start. */
  get turnedOut(): number {
    return this.#turnedOut
  }

  /** Until it closes, or `leave` is called for it. */
  enter(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0 } = socket
    const others = this.#byAddress.get(remoteAddress) ?? new Map<number, Socket>()
    this.#byAddress.set(remoteAddress, others)
    // A port from which another listening point was called too counts once.
    if (!others.has(remotePort)) this.#size++
    others.set(remotePort, socket)
    socket.once('close', () => this.leave(socket, remoteAddress, remotePort))
    if (this.#size > this.#limit) this.#makeRoom()
  }

  leave(socket: Socket, remoteAddress: string, remotePort: number): void {
    const others = this.#byAddress.get(remoteAddress)
    if (others?.get(remotePort) !== socket) return
    others.delete(remotePort)
    this.#size--
    if (others.size === 0) this.#byAddress.delete(remoteAddress)
  }

  #makeRoom(): void {
    let most: [string, Map<number, Socket>] | undefined
    for (const entry of this.#byAddress) if (!most || entry[1].size > most[1].size) most = entry
    for (const [port, socket] of most?.[1] ?? []) {
      this.leave(socket, most?.[0] ?? '', port)
      socket.destroy()
      this.#turnedOut++
      return
    }
  }
}
