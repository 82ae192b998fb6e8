import type { AorText } from '../domain/aor.ts'
import type { SipMessageView } from '../domain/sip.ts'
import { RecentMap } from '../lib/recent-map.ts'
import type { Feed, StateDocument } from './feed.ts'

export const summaryType = 'application/simple-message-summary'

const mostMailboxes = 20_000
const mostCharacters = 4_096

/** What the PBXs said last of each mailbox (RFC 3842). The box has no mailboxes and makes no news of its own. */
export class MessageSummaries {
  readonly #last = new RecentMap<StateDocument>(mostMailboxes)

  heard(user: AorText, notify: SipMessageView): void {
    const { body } = notify
    const contentType = notify.header('content-type') ?? summaryType
    if (body !== '' && body.length <= mostCharacters) this.#last.set(user, { contentType, body })
  }

  of(user: AorText): StateDocument | undefined {
    return this.#last.get(user)
  }

  feedOf(user: AorText): Feed {
    return {
      heard: (notify) => this.heard(user, notify),
      hasNews: false,
      next: () => this.of(user),
    }
  }
}
