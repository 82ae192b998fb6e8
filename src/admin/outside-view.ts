import { type AsteriskOrders, noAsterisks } from './asterisk-orders.ts'
import type { PartState, TrunkState } from './box-view.ts'

/** An Asterisk that is steered over AMI. */
export interface AsteriskState {
  readonly name: string
  readonly state: PartState
  readonly endpoints: number
  readonly contacts: number
  readonly channels: number
}

/** Somebody who may not call outside until released. */
export interface BlockState {
  /** Who pays: a user, a PBX, another box. */
  readonly payer: string
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  readonly why: string
}

/** A call for help that nobody has acknowledged yet, or that has just been. */
export interface EmergencyState {
  readonly id: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly number: string
  readonly isTest: boolean
  readonly caller: string
  readonly location: string
  /** In words: where it was sent, whether it was answered. */
  readonly text: string
  readonly isAcknowledged: boolean
}

/** Where notices are sent. */
export interface NoticeTargetState {
  readonly target: string
  readonly waiting: number
  readonly dropped: number
  readonly lastError: string | undefined
}

/** The side of the box that faces the telephone network. */
export interface OutsideView {
  trunks(): readonly TrunkState[]
  asterisks(): readonly AsteriskState[]
  blocks(): readonly BlockState[]
  emergencies(): readonly EmergencyState[]
  noticeTargets(): readonly NoticeTargetState[]
  readonly asteriskOrders: AsteriskOrders
  /** Lets somebody call outside again; false when he was not blocked. */
  releaseBlock(payer: string): boolean
  /** Takes a call for help off the page; false when there is none of that id. */
  acknowledgeEmergency(id: string): boolean
}

/** A box without SIP has nothing outside. */
export const nothingOutside: OutsideView = {
  trunks: () => [],
  asterisks: () => [],
  blocks: () => [],
  emergencies: () => [],
  noticeTargets: () => [],
  asteriskOrders: noAsterisks,
  releaseBlock: () => false,
  acknowledgeEmergency: () => false,
}
