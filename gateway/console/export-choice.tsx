/** A redacted copy of each package, for whom this person may take one out: chosen, waited for, saved. [R73] */
import { useState } from 'preact/hooks'
import type { Profile } from '../evidence/redacted/profiles.ts'
import type { Permission } from '../http/permissions.ts'
import { type Api, type Me, saveAs } from './api.ts'
import { Notice } from './notice.tsx'
import { useWords } from './words.ts'

/** The most hidden first: nobody shows more than he meant by leaving the choice as it is. */
const CHOICES: readonly [Profile, Permission][] = [
  ['PUBLIC', 'evidence:export-public'],
  ['INTERNAL', 'evidence:export-internal'],
  ['EVIDENCE', 'evidence:export-evidence'],
]
const ASK_AGAIN_MS = 3_000

interface ExportChoiceProps {
  readonly api: Api
  readonly me: Me
  readonly packages: readonly string[]
  readonly purpose: string
}

export function ExportChoice({ api, me, packages, purpose }: ExportChoiceProps) {
  const { t, term } = useWords()
  const [working, setWorking] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const choices = CHOICES.filter(([, permission]) => me.permissions.includes(permission))
  if (choices.length === 0) return null

  const fetchAll = async (profile: Profile) => {
    for (const packageId of packages) {
      for (;;) {
        const answer = await api.exported(packageId, profile, purpose)
        if ('file' in answer) {
          saveAs(answer.file, answer.name)
          break
        }
        const share = answer.state === 'working' ? answer.doneSec / Math.max(1, answer.totalSec) : 0
        setWorking(t('export.working', { share: String(Math.round(share * 100)) }))
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
      }
    }
  }
  return (
    <form
      class="export"
      onSubmit={(event) => {
        event.preventDefault()
        setError(null)
        setWorking(t('export.working', { share: '0' }))
        fetchAll(new FormData(event.currentTarget).get('profile') as Profile)
          .catch(setError)
          .finally(() => setWorking(null))
      }}
    >
      <label>
        {t('export.title')}{' '}
        <select name="profile" disabled={working !== null}>
          {choices.map(([profile]) => (
            <option key={profile} value={profile}>
              {term('export', profile)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="quiet" disabled={working !== null}>
        {working ?? t('export.submit')}
      </button>
      <Notice error={error} />
    </form>
  )
}
