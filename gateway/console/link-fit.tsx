/** How well a recording and an act fit, who said so, and why: the same from either side. */
import type { FilmLinkView } from '../http/routes/films.ts'
import { Lines } from './rows.tsx'
import { fitOf, momentOf, useWords } from './words.ts'

export function LinkFit({ link: { by, reason, score, reasons, at } }: { readonly link: FilmLinkView }) {
  const { t, language } = useWords()
  return (
    <>
      <span class="told">
        {t(fitOf(score))} · {t('films.score', { score: score.toFixed(2) })}
        {by !== 'box' && ` · ${t('films.by', { by })} ${momentOf(at)}${reason && ` · ${reason}`}`}
      </span>
      <span class="told">
        <Lines of={reasons.filter(({ code }) => code !== 'PERSON').map((one) => one[language])} />
      </span>
    </>
  )
}
