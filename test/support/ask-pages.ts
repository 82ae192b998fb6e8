import { execFile } from 'node:child_process'

export interface PageAnswer {
  readonly status: number
  readonly body: string
}

/** What a browser on that network gets. Rejects when nobody answers within ten seconds. */
export function askPages(namespace: string, url: string, password?: string): Promise<PageAnswer> {
  const who = password === undefined ? [] : ['--user', `admin:${password}`]
  const curl = ['curl', '--silent', '--show-error', '--max-time', '10', '--write-out', '\n%{http_code}']
  return new Promise((resolve, reject) => {
    execFile('ip', ['netns', 'exec', namespace, ...curl, ...who, url], (error, stdout) => {
      if (error) return reject(error)
      const end = stdout.lastIndexOf('\n')
      resolve({ status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) })
    })
  })
}
