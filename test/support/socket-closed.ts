import type { Socket } from 'node:net'

/** Resolves when the socket is closed; a reset by the far end is an end like another. */
export function socketClosed(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve()
  socket.on('error', () => socket.destroy())
  return new Promise((resolve) => socket.once('close', () => resolve()))
}
