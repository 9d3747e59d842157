/**
 * What whoever recorded adds to the film: marks at moments that matter (重点标记), and the report on a conflict (暴力抗法、
 * 执法冲突) in its four parts [R54, R66].
 *
 * Both come as text with the upload. Footage of a conflict comes in at once; its report may follow.
 */
import { z } from 'zod'

const MARKS_MAX = 200

const KeyMark = z.object({
  at: z.iso.datetime({ offset: true }),
  /** For example 证件已出示. */
  label: z.string().trim().min(1).max(40),
  note: z.string().trim().max(500).optional(),
})
export type KeyMark = z.infer<typeof KeyMark>

const part = z.string().trim().max(4_000).default('')
export const IncidentReport = z.object({
  /** 事发经过, 主要原因, 处理情况, 经验教训 */
  course: part,
  cause: part,
  handling: part,
  lessons: part,
})
export type IncidentReport = z.infer<typeof IncidentReport>

/** JSON in a field of text; undefined when the field is empty. */
function inText<T extends z.ZodType>(inner: T) {
  return z
    .string()
    .max(20_000)
    .optional()
    .transform((text, context): z.infer<T> | undefined => {
      if (text === undefined || text.trim() === '') return undefined
      try {
        const parsed = inner.safeParse(JSON.parse(text))
        if (parsed.success) return parsed.data
        context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'unreadable' })
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
      }
      return z.NEVER
    })
}

export const KeyMarksText = inText(z.array(KeyMark).max(MARKS_MAX))
export const IncidentText = inText(IncidentReport)

/** What a recording of a conflict lacks [R66]. */
export function incidentRemarks(isIncident: boolean, report: IncidentReport | undefined): string[] {
  return isIncident && (report === undefined || !isComplete(report)) ? ['INCIDENT_REPORT_INCOMPLETE'] : []
}

function isComplete({ course, cause, handling, lessons }: IncidentReport): boolean {
  return [course, cause, handling, lessons].every((one) => one !== '')
}
