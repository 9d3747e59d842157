/** Where packages are let go, or chosen by keyboard. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Dropped, ofFiles, ofItems } from './dropped.ts'
import type { Say } from './strings.ts'

export function DropField({ onTaken, t }: { onTaken: (reading: Promise<Dropped>) => void; t: Say }) {
  const [over, setOver] = useState(false)
  const folder = useRef<HTMLInputElement>(null)
  const zip = useRef<HTMLInputElement>(null)
  useEffect(() => folder.current?.setAttribute('webkitdirectory', ''), [])
  const chosen = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])]
    input.value = ''
    if (files.length > 0) onTaken(Promise.resolve().then(() => ofFiles(files)))
  }
  return (
    <fieldset
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        if (event.dataTransfer) onTaken(ofItems(event.dataTransfer.items))
      }}
    >
      <legend>{t('dropHere')}</legend>
      <button type="button" onClick={() => folder.current?.click()}>
        {t('chooseFolder')}
      </button>
      <button type="button" onClick={() => zip.current?.click()}>
        {t('chooseZip')}
      </button>
      <input
        ref={folder}
        type="file"
        id="folder"
        multiple
        hidden
        onChange={(event) => chosen(event.currentTarget)}
      />
      <input
        ref={zip}
        type="file"
        id="zip"
        accept=".zip"
        multiple
        hidden
        onChange={(event) => chosen(event.currentTarget)}
      />
    </fieldset>
  )
}
