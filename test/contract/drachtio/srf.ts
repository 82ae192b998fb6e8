import DrachtioSrf from 'drachtio-srf'
import { within } from '../../support/within.ts'
import type { ServerUnderTest } from './server-under-test.ts'

// The part of drachtio-srf 5 that the suite uses, as its source has it: the types it ships leave much of it out.

export interface Message {
  readonly method: string
  readonly status: number
  readonly reason: string
  readonly uri: string
  readonly body: string
  get(name: string): string
  has(name: string): boolean
  getParsedHeader(name: string): { readonly params: Readonly<Record<string, string>>; readonly uri: string }
}

export interface Request extends Message {
  readonly source_address: string
  readonly source_port: number
  readonly stackDialogId: string
  readonly receivedOn: string
  on(event: 'cancel', listener: (cancel: Message) => void): this
  on(event: 'response', listener: (response: Message, ack: (options?: object) => void) => void): this
  cancel(options?: object, callback?: (error: Error | null, request: Message) => void): void
}

export interface Response {
  /** Known when the answer to a response has come. */
  readonly stackDialogId: string
  readonly finalResponseSent: boolean
  send(
    status: number,
    options?: { headers?: Record<string, string>; body?: string },
    callback?: (error: unknown, sent: Message) => void,
    onPrack?: (prack: Message) => void,
  ): void
  send(status: number, reason: string, options?: { headers?: Record<string, string> }): void
}

export interface Dialog {
  readonly id: string
  readonly type: 'uas' | 'uac'
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string }
  readonly local: { readonly uri: string; readonly sdp: string }
  readonly remote: { readonly uri: string; readonly sdp: string }
  readonly connected: boolean
  on(event: 'destroy' | 'unsubscribe', listener: (message: Message, reason?: string) => void): this
  on(event: 'ack' | 'refresh' | 'hold' | 'unhold', listener: (message: Message) => void): this
  on(
    event: 'modify' | 'info' | 'refer' | 'update' | 'message' | 'notify' | 'options' | 'subscribe',
    listener: (request: Request, response: Response) => void,
  ): this
  destroy(options?: object): Promise<Message>
  modify(sdp: string, options?: object): Promise<string>
  request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<Message>
}

export type Credentials =
  | { readonly username: string; readonly password: string }
  | ((
      request: Message,
      response: Message,
      callback: (error: Error | null, username: string, password: string) => void,
    ) => void)

export interface CallOptions {
  readonly localSdp?: string | (() => string | Promise<string>)
  readonly headers?: Record<string, string>
  readonly auth?: Credentials
  readonly callingNumber?: string
  readonly callingName?: string
  readonly calledNumber?: string
  readonly followRedirects?: boolean
  readonly keepUriOnRedirect?: boolean
  readonly proxy?: string
  readonly method?: string
  readonly noAck?: boolean
}

export interface CallHooks {
  cbRequest?(error: Error | null, request: Request): void
  cbProvisional?(response: Message): void
}

export interface ProxyResults {
  readonly connected: boolean
  readonly finalStatus: number
  readonly responses: readonly { readonly msgs: readonly { readonly status: number }[] }[]
}

export interface RequestOptions {
  readonly method: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly auth?: CallOptions['auth']
}

type Handler = (request: Request, response: Response) => void

export interface App {
  connect(options: object): void
  disconnect(): void
  on(event: 'connect', listener: (error: Error | null, hostport: string, version: string) => void): this
  on(event: 'error' | 'close' | 'reconnecting', listener: (detail: unknown) => void): this
  on(event: `cdr:${string}`, listener: (...details: readonly unknown[]) => void): this
  use(method: string, handler: Handler): void
  invite(handler: Handler): void
  options(handler: Handler): void
  register(handler: Handler): void
  message(handler: Handler): void
  subscribe(handler: Handler): void
  refer(handler: Handler): void
  createUAS(request: Request, response: Response, options: CallOptions): Promise<Dialog>
  createUAC(uri: string, options: CallOptions, hooks?: CallHooks): Promise<Dialog>
  createB2BUA(
    request: Request,
    response: Response,
    uri: string,
    options: object,
  ): Promise<{ readonly uas: Dialog; readonly uac: Dialog }>
  findDialogById(id: string): Dialog | undefined
  findDialogByCallIDAndFromTag(callId: string, tag: string): Dialog | undefined
  reregisterForMessages(verb: string): void
  /** No frame waits for its answer, no request for its final response. */
  readonly idle: boolean
  proxyRequest(request: Request, destinations: string | string[], options?: object): Promise<ProxyResults>
  request(uri: string, options: RequestOptions): Promise<Request>
  request(
    uri: string,
    options: RequestOptions,
    callback: (error: Error | null, request: Request) => void,
  ): void
  unregisterForMessages(verb: string): void
}

/** A failed call as drachtio-srf reports it. */
export interface SipFailure extends Error {
  readonly status?: number
  readonly code?: string
}

/** The SDP offer and answer of all calls here. */
export const sdp = (port = 4000): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=sendrecv\r\n`

/**
 * An application on unmodified drachtio-srf, connected. `prepare` sets the handlers; their routes have been taken when
 * this resolves.
 */
export async function startApp(
  server: ServerUnderTest,
  prepare: (app: App) => void = noHandlers,
): Promise<App> {
  const app = new DrachtioSrf() as unknown as App
  prepare(app)
  const connected = Promise.withResolvers<void>()
  app.on('connect', (error) => (error ? connected.reject(error) : connected.resolve()))
  app.on('error', (error) => connected.reject(error as Error))
  app.connect(server.control)
  await within(2_000, 'the application to be connected', connected.promise)
  await routesTaken(app)
  return app
}

/**
 * drachtio-srf does not wait for the answers to its `route` frames. What it asks later is answered later, so the answer
 * to any request says that they are in force.
 */
async function routesTaken(app: App): Promise<void> {
  const refused = app.request('sip:nobody@127.0.0.1:9', { method: 'CANCEL' })
  await within(
    2_000,
    'the routes to be taken',
    refused.catch(() => undefined),
  )
}

const noHandlers = (): void => undefined

/** The reply to a request that the application sends. */
export function replyTo(app: App, uri: string, options: RequestOptions): Promise<Message> {
  const reply = new Promise<Message>((resolve, reject) => {
    // By callback: of a server in another process the response may come with the word that the request was sent.
    app.request(uri, options, (error, sent) => (error ? reject(error) : sent.on('response', resolve)))
  })
  return within(3_000, 'the response', reply)
}
