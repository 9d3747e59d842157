/**
 * Who somebody is when he acts: his rank by the register of people, on that day.
 *
 *     OFFICER, certificate in force ─▶ OFFICER        OFFICER without one, or expired ─▶ AUXILIARY [R53, R54]
 *
 * The register is the platform's; the box keeps no more of a person than is needed to say what he may do [R56]. Who is
 * not in it is taken at the word of whoever let him in: the console's login or the authenticated platform.
 */
import { localDay } from '../kit/calendar.ts'

export const RANKS = ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'] as const
export type Rank = (typeof RANKS)[number]

export interface DeskPerson {
  readonly personId: string
  readonly badgeNo?: string | undefined
  readonly role: Rank
  readonly certNo?: string | undefined
  /** First and last day of the certificate, YYYY-MM-DD. */
  readonly certValidFrom?: string | undefined
  readonly certValidTo?: string | undefined
}

export class Register {
  readonly #people: () => readonly DeskPerson[]
  readonly #offsetMinutes: () => number

  constructor(people: () => readonly DeskPerson[], offsetMinutes: () => number) {
    this.#people = people
    this.#offsetMinutes = offsetMinutes
  }

  /** The rank that counts at this instant; null when the register does not know the person. */
  rankOf(id: string, wallMs: number): Rank | null {
    return this.standing(id, wallMs)?.rank ?? null
  }

  /** One name for somebody, whether he gave his id or his badge, and the rank that counts at this instant. */
  standing(id: string, wallMs: number): { readonly personId: string; readonly rank: Rank } | null {
    const person = this.#people().find(({ personId, badgeNo }) => personId === id || badgeNo === id)
    if (person === undefined) return null
    const { personId, role } = person
    return { personId, rank: role === 'OFFICER' && !this.#certified(person, wallMs) ? 'AUXILIARY' : role }
  }

  /** Why this certificate carries nobody who may order on that day; null when it does. */
  faultOfCertificate(certNo: string, wallMs: number): string | null {
    const holder = this.holderOf(certNo)
    if (holder === null) return `the register knows no officer with the certificate ${certNo}`
    return this.#certified(holder, wallMs) ? null : `the certificate ${certNo} is not in force`
  }

  holderOf(certNo: string): DeskPerson | null {
    const holds = (person: DeskPerson) => person.role === 'OFFICER' && person.certNo === certNo
    return this.#people().find(holds) ?? null
  }

  #certified({ certNo, certValidFrom, certValidTo }: DeskPerson, wallMs: number): boolean {
    const day = localDay(wallMs, this.#offsetMinutes())
    if (!certNo || !certValidTo) return false
    return day <= certValidTo && (certValidFrom === undefined || day >= certValidFrom)
  }
}

/** A box that was told of nobody: no certificate holds, everybody is who he was let in as. */
export const NOBODY = new Register(
  () => [],
  () => 0,
)
