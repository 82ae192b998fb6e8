/** What a machine does with an event: the state that follows and what is to be done, in order. */
export type Transition<State extends string, Action extends string> = readonly [
  next: State,
  actions: readonly Action[],
]

/** A machine as data. An event without an entry means nothing in that state and is ignored. */
export type Table<State extends string, Event extends string, Action extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, Transition<State, Action>>>>>
>
