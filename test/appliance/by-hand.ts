const python = `
import os, pty, sys
command, shown, keys = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execlp("sh", "sh", "-c", command)
screen = b""
while shown.encode() not in screen:
    screen += os.read(terminal, 4096)
os.write(terminal, keys.encode())
try:
    while True:
        os.read(terminal, 4096)
except OSError:  # the terminal is gone with the program
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

/**
 * The words of a command that runs another one at a terminal, with somebody who presses `keys` as soon as `shown` is on
 * the screen; it ends as that does, within a minute.
 */
export function byHand(command: string, shown: string, keys: string): readonly [string, ...string[]] {
  return ['timeout', '60', 'env', 'TERM=xterm', 'python3', '-I', '-c', python, command, shown, keys]
}
