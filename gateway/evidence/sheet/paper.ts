/**
 * A4 pages of a form: a table of labels and values, pictures with captions, and on every page its number and what it
 * belongs to. Knows paper, not evidence.
 *
 *     rows, pictures ─▶ pages ─▶ how many are they? ─▶ 第 x 页 共 y 页 on each ─▶ PDF
 *
 * The same content gives the same bytes: the only date in the file is the one it is given.
 */
import PDFDocument from 'pdfkit'
import type { Typeface } from './font.ts'

const MARGIN = 46
const FOOT = 34
const LABEL_WIDTH = 96
const PAD = 4
const GREY = '#555555'
const LINE = '#999999'

export interface PaperInfo {
  readonly title: string
  readonly subject: string
  readonly madeAt: Date
  readonly typeface: Typeface
}

export interface Picture {
  readonly jpeg: Buffer
  readonly caption: readonly string[]
}

export class Paper {
  readonly #doc: PDFKit.PDFDocument
  readonly #bytes: Promise<Buffer>

  constructor({ title, subject, madeAt, typeface }: PaperInfo) {
    this.#doc = new PDFDocument({
      ...{ size: 'A4', margin: MARGIN, bufferPages: true, autoFirstPage: true, lang: 'zh-CN' },
      info: { Title: title, Subject: subject, Producer: 'lushao', Creator: 'lushao', CreationDate: madeAt },
    })
    const parts: Buffer[] = []
    this.#bytes = new Promise((resolve, reject) => {
      this.#doc.on('data', (part: Buffer) => parts.push(part))
      this.#doc.on('end', () => resolve(Buffer.concat(parts)))
      this.#doc.on('error', reject)
    })
    this.#doc.registerFont('text', new Uint8Array(typeface.bytes), typeface.name)
    this.#doc.font('text')
  }

  get #width(): number {
    return this.#doc.page.width - 2 * MARGIN
  }

  get #bottom(): number {
    return this.#doc.page.height - MARGIN - FOOT
  }

  title(text: string, below: string): void {
    this.#doc.fontSize(20).fillColor('black').text(text, { align: 'center', characterSpacing: 4 })
    this.#doc.moveDown(0.2).fontSize(9).fillColor(GREY).text(below, { align: 'center' })
    this.#doc.moveDown(0.8)
  }

  heading(text: string): void {
    this.#room(40)
    this.#doc.moveDown(0.5).fontSize(12).fillColor('black').text(text, MARGIN)
    this.#doc.moveDown(0.3)
  }

  note(text: string): void {
    this.#doc.fontSize(9)
    this.#room(this.#doc.heightOfString(text, { width: this.#width }))
    this.#doc.fillColor(GREY).text(text, MARGIN, this.#doc.y, { width: this.#width })
    this.#doc.moveDown(0.4)
  }

  /** A line of the form; a value too long for the page goes on on the next. */
  row(label: string, value: string): void {
    const width = this.#width - LABEL_WIDTH
    this.#doc.fontSize(9.5)
    const inner = { width: width - 2 * PAD, lineGap: 1 }
    const high = Math.max(14, this.#doc.heightOfString(value, inner)) + 2 * PAD
    this.#room(Math.min(high, this.#bottom - MARGIN))
    const { y } = this.#doc
    this.#doc.lineWidth(0.5).strokeColor(LINE)
    this.#doc.rect(MARGIN, y, LABEL_WIDTH, high).stroke()
    this.#doc.rect(MARGIN + LABEL_WIDTH, y, width, high).stroke()
    this.#doc.fillColor(GREY).text(label, MARGIN + PAD, y + PAD, { width: LABEL_WIDTH - 2 * PAD })
    this.#doc.fillColor('black').text(value, MARGIN + LABEL_WIDTH + PAD, y + PAD, inner)
    this.#doc.y = y + high
    this.#doc.x = MARGIN
  }

  /** One or two side by side, each with its caption below; never torn from it. */
  pictures(pictures: readonly Picture[], heightMax: number): void {
    const gap = 12
    const wide = (this.#width - gap * (pictures.length - 1)) / pictures.length
    this.#doc.fontSize(8)
    const captionHigh = Math.max(
      ...pictures.map(({ caption }) => this.#doc.heightOfString(caption.join('\n'), { width: wide })),
    )
    this.#room(heightMax + captionHigh + 14)
    const { y } = this.#doc
    for (const [index, { jpeg, caption }] of pictures.entries()) {
      const x = MARGIN + index * (wide + gap)
      this.#doc.image(jpeg, x, y, { fit: [wide, heightMax], align: 'center', valign: 'center' })
      this.#doc.fillColor('black').text(caption.join('\n'), x, y + heightMax + 4, { width: wide })
    }
    this.#doc.y = y + heightMax + captionHigh + 12
    this.#doc.x = MARGIN
  }

  /** @param modules dark ones of a QR code, row by row */
  code({ size, data }: { readonly size: number; readonly data: Uint8Array }, beside: string): void {
    const side = 118
    this.#room(side + 8)
    const { y } = this.#doc
    const step = side / (size + 8)
    for (let at = 0; at < data.length; at++) {
      if (data[at] === 0) continue
      const [column, row] = [at % size, Math.floor(at / size)]
      this.#doc.rect(MARGIN + (column + 4) * step, y + (row + 4) * step, step * 1.02, step * 1.02)
    }
    this.#doc.fill('black')
    this.#doc
      .fontSize(9)
      .text(beside, MARGIN + side + 10, y + 8, { width: this.#width - side - 10, lineGap: 2 })
    this.#doc.y = Math.max(this.#doc.y, y + side) + 6
    this.#doc.x = MARGIN
  }

  /** Blank lines to be filled in by hand. */
  blanks(rows: readonly (readonly string[])[]): void {
    this.#room(rows.length * 30)
    for (const labels of rows) {
      const wide = this.#width / labels.length
      const { y } = this.#doc
      for (const [index, label] of labels.entries()) {
        const x = MARGIN + index * wide
        this.#doc
          .fontSize(9.5)
          .fillColor('black')
          .text(`${label}：`, x, y + 8, { width: wide, lineBreak: false })
        const from = x + this.#doc.widthOfString(`${label}：`)
        this.#doc.lineWidth(0.5).strokeColor('black')
        this.#doc
          .moveTo(from, y + 21)
          .lineTo(x + wide - 10, y + 21)
          .stroke()
      }
      this.#doc.y = y + 30
      this.#doc.x = MARGIN
    }
  }

  /** @param foot what every page says beside its number */
  async close(foot: string): Promise<Buffer> {
    const { count } = this.#doc.bufferedPageRange()
    for (let page = 0; page < count; page++) {
      this.#doc.switchToPage(page)
      // Below the margin pdfkit would begin another page.
      this.#doc.page.margins.bottom = 0
      const y = this.#doc.page.height - MARGIN - 10
      this.#doc
        .fontSize(8)
        .fillColor(GREY)
        .text(foot, MARGIN, y, { width: this.#width - 90, lineBreak: false })
      const number = `第 ${page + 1} 页 共 ${count} 页`
      this.#doc.text(number, MARGIN, y, { width: this.#width, align: 'right', lineBreak: false })
    }
    this.#doc.end()
    return this.#bytes
  }

  #room(high: number): void {
    if (this.#doc.y + high <= this.#bottom) return
    this.#doc.addPage()
    this.#doc.font('text')
  }
}
