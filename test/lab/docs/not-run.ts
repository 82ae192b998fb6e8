import type { PageCommand } from '../../support/docs/page-commands.ts'

/** Places in which this test has no machine, and what of them is typed elsewhere. */
const places: Readonly<Record<string, string>> = {
  root: 'needs an installed machine: test/package types install-package.md but for rtpengine, test/appliance install-image.md and ports.md, other pages no test',
  desk: "is typed in a clone or at the reader's desk, to build, write disks or start containers: test/container types install-container.md, test/appliance install-image.md, other pages no test",
  pbx: 'is typed at the PBX: no test types it',
}

interface Exception {
  /** Any, when it is left out. */
  readonly page?: string
  readonly command: RegExp
  readonly because: string
}

export const exceptions: readonly Exception[] = [
  {
    page: 'README.md',
    command: /^npm ci && npm run demo$/,
    because: 'test/lab/demo.test.ts runs the demo, and without npm ci there is no test',
  },
  { page: 'README.md', command: /^npm ci && npm test$/, because: 'it is what runs this test' },
  {
    command: /^causeway survival rehearse --(for|show)/,
    because: 'it lasts for minutes: test/lab/survival/rehearsal.test.ts does it in seconds',
  },
  {
    page: 'docs/operate/beside-freepbx.md',
    command: /^causeway survival (import|readiness)/,
    because: 'it asks a real Asterisk: test/lab/survival/asterisk-config.test.ts does it',
  },
  {
    page: 'docs/operate/beside-asterisk.md',
    command: /^causeway survival (import|readiness)/,
    because: 'it asks a real Asterisk: test/lab/survival/asterisk-config.test.ts does it',
  },
  {
    page: 'docs/operate/asterisk.md',
    command: /^curl .*originate$/s,
    because: 'it rings a phone of a real Asterisk: test/lab/pstn/asterisk-pbx.test.ts does it',
  },
]

/** Why a command of a page is not run here; undefined when it is. */
export function whyNotRun({ page, place, text }: PageCommand): string | undefined {
  return places[place] ?? exceptions.find((each) => isFor(each, page, text))?.because
}

export function isFor({ page = '', command }: Exception, ofPage: string, text: string): boolean {
  return (page === '' || page === ofPage) && command.test(text)
}
