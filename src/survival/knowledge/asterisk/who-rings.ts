import type { GroupRinging } from '../../../domain/route.ts'
import { type DialledDevice, readDialledDevice } from './dialled-device.ts'
import type { DialplanContext, DialplanStep } from './dialplan.ts'
import { dialplanApplications, readCalledMacro } from './dialplan-applications.ts'
import { findExtension } from './dialplan-search.ts'

export type Dialplan = ReadonlyMap<string, DialplanContext>

/** What dialling an extension does at the PBX, as far as it is written there in so many words. */
export type WhoRings =
  | {
      readonly kind: 'phones'
      readonly devices: readonly DialledDevice[]
      readonly ring: GroupRinging
      readonly ringSeconds: number | undefined
      /** The extension where this is written: another one than asked for, after a Goto. */
      readonly extension: string
    }
  | { readonly kind: 'queue'; readonly name: string }
  | { readonly kind: 'unknown'; readonly why: string }

interface Stage {
  readonly devices: readonly DialledDevice[]
  readonly seconds: number | undefined
}

const mostHops = 8
/** FreePBX: where these labels are, everything before is housekeeping. */
const freePbxLabels = ['dest-ext', 'DIALGRP', 'qcall']

/** Reads, and never guesses: what depends on more than the dialled digits is `unknown`, with the reason. */
export function whoRings(dialplan: Dialplan, context: string, extension: string, hops = 0): WhoRings {
  const steps = findExtension(dialplan, context, extension)
  if (!steps) return unknown(`${extension} is not in [${context}]`)
  if (hops > mostHops) return unknown('one Goto leads to the next without end')
  const stages: Stage[] = []
  for (const { application, argument: raw } of fromLabel(steps)) {
    const argument = withDigits(raw, extension)
    if (dialplanApplications.harmless.has(application)) continue
    if (/^(execif)$/.test(application) && /\?\s*Set\(/i.test(argument)) continue
    if (dialplanApplications.ending.has(application) || (application === 'goto' && stages.length > 0)) break
    if (application === 'queue') return { kind: 'queue', name: argument.split(',')[0]?.trim() ?? '' }
    if (application === 'goto') return followed(dialplan, context, extension, argument, hops)
    const stage = readStage(application, argument)
    if (stage) stages.push(stage)
    else if (stages.length > 0) break
    else return unknown(`${application}(${argument.slice(0, 40)}) is for the PBX alone`)
  }
  return inOneWord(stages, extension, steps)
}

function readStage(application: string, argument: string): Stage | undefined {
  if (application === 'dial') {
    const [devices = '', seconds] = argument.split(',')
    return stageOf(devices.split('&'), seconds)
  }
  const macro = readCalledMacro(application, argument)
  if (macro?.name === 'dial')
    return stageOf((macro.arguments[2] ?? '').split('-').map(asLocal), macro.arguments[0])
  if (macro?.name === 'exten-vm') return stageOf([asLocal(macro.arguments[1] ?? '')], undefined)
  return undefined
}

function stageOf(names: readonly string[], seconds: string | undefined): Stage | undefined {
  const devices = names.map(readDialledDevice)
  const all = devices.filter((device) => device !== undefined)
  if (all.length === 0 || all.length < devices.length) return undefined
  return { devices: all, seconds: /^\d+$/.test(seconds?.trim() ?? '') ? Number(seconds) : undefined }
}

function asLocal(extension: string): string {
  return `Local/${extension.replace(/#$/, '')}`
}

function inOneWord(stages: readonly Stage[], extension: string, steps: readonly DialplanStep[]): WhoRings {
  const [first] = stages
  if (!first) return unknown(`${extension} rings nobody`)
  const isInTurn = /ringgroupmethod=(hunt|memoryhunt|firstavailable|firstnotonphone|random)/i
  if (stages.length === 1) {
    const ring = steps.some(({ argument }) => isInTurn.test(argument)) ? 'in-turn' : 'all'
    return { kind: 'phones', devices: first.devices, ring, ringSeconds: first.seconds, extension }
  }
  if (stages.some(({ devices }) => devices.length > 1))
    return unknown(`${extension} rings several phones in several rounds`)
  const devices = stages.flatMap((stage) => stage.devices)
  return { kind: 'phones', devices, ring: 'in-turn', ringSeconds: first.seconds, extension }
}

function followed(
  dialplan: Dialplan,
  context: string,
  extension: string,
  argument: string,
  hops: number,
): WhoRings {
  const parts = argument.split(',').map((part) => part.trim())
  if (parts.length < 2) return unknown(`${extension} in [${context}] jumps about`)
  const [to = '', at = ''] = parts.length === 2 ? [context, parts[0]] : parts
  if (/[${}]/.test(to + at)) return unknown(`${extension} in [${context}] goes where a variable says`)
  // FreePBX: such an extension, with all that its owner has set up around it.
  if (/^(from-did-direct|ext-local|from-internal)/.test(to))
    return {
      kind: 'phones',
      devices: [{ kind: 'extension', user: at, context: to }],
      ring: 'all',
      ringSeconds: undefined,
      extension: at,
    }
  if (to === 'ext-queues') return { kind: 'queue', name: at }
  return whoRings(dialplan, to, at, hops + 1)
}

function fromLabel(steps: readonly DialplanStep[]): readonly DialplanStep[] {
  const start = steps.findIndex(({ label }) => label !== undefined && freePbxLabels.includes(label))
  return start < 0 ? steps : steps.slice(start)
}

/** `${EXTEN}`, `${EXTEN:2}` and `${EXTEN:-3}`: the only variables whose value is known here. */
function withDigits(argument: string, extension: string): string {
  return argument.replace(/\$\{EXTEN(?::(-?\d+))?\}/g, (_, from?: string) =>
    extension.slice(Number(from ?? 0)),
  )
}

function unknown(why: string): WhoRings {
  return { kind: 'unknown', why }
}
