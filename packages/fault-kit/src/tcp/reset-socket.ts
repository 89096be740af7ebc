import type { Socket } from 'node:net';

/** Lets the other side know that the connection is lost. One whose end is still to leave is closed instead: Node can reset it no more, and would keep it for ever. */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
