/**
 * What a thing is, by vote. Every look votes for a class with its score; old votes fade, so that a thing that
 * was misread at first gets its name in time.
 *
 *     car .8, truck .6, car .7, bench .3 ─▶ role vehicle (2.1 of 2.4), class car (1.5)
 *
 * The role is chosen first: car and truck of one lorry split the class but agree on the role.
 */
import type { Role } from '../detections/detections.ts'

export interface Vote {
  readonly class: string
  readonly role: Role
  weight: number
  /** Faded sum and count of the scores, for the mean. */
  scores: number
  count: number
}

export interface Verdict {
  readonly class: string
  readonly role: Role
  /** Of all weight, 0..1. */
  readonly share: number
  readonly confidence: number
}

/** What is left of a vote after each later one: half after 35 looks. */
const FADE = 0.98
/** More names than this for one thing are noise; the weakest goes. */
const NAMES_MAX = 6

export class Votes {
  #votes: Vote[]

  constructor(votes: readonly Vote[] = []) {
    this.#votes = votes.map((vote) => ({ ...vote }))
  }

  cast(name: string, role: Role, score: number): void {
    let mine: Vote | undefined
    for (const vote of this.#votes) {
      vote.weight *= FADE
      vote.scores *= FADE
      vote.count *= FADE
      if (vote.class === name && vote.role === role) mine = vote
    }
    if (mine === undefined) {
      mine = { class: name, role, weight: 0, scores: 0, count: 0 }
      this.#votes.push(mine)
      if (this.#votes.length > NAMES_MAX) this.#dropWeakest(mine)
    }
    mine.weight += score
    mine.scores += score
    mine.count += 1
  }

  verdict(): Verdict {
    let best = this.#votes[0]!
    let bestRole = 0
    let all = 0
    for (const vote of this.#votes) {
      all += vote.weight
      const role = this.#weightOf(vote.role)
      if (role > bestRole || (vote.role === best.role && vote.weight > best.weight)) {
        best = vote
        bestRole = role
      }
    }
    return {
      class: best.class,
      role: best.role,
      share: best.weight / all,
      confidence: best.scores / best.count,
    }
  }

  list(): readonly Vote[] {
    return this.#votes
  }

  #weightOf(role: Role): number {
    let sum = 0
    for (const vote of this.#votes) if (vote.role === role) sum += vote.weight
    return sum
  }

  #dropWeakest(spared: Vote): void {
    let weakest = this.#votes[0]!
    for (const vote of this.#votes) if (vote !== spared && vote.weight < weakest.weight) weakest = vote
    this.#votes = this.#votes.filter((vote) => vote !== weakest)
  }
}
