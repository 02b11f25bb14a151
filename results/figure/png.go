package figure

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"

	"github.com/klauspost/compress/zlib"
)

// encodePNG is a picture without transparency as a PNG file. Figures are plain areas and lines: a row is told as its difference to the one
// above, which image/png finds out by trying five ways on each row, in three times the time.
func encodePNG(m *image.RGBA) ([]byte, error) {
	size := m.Rect.Size()
	var pixels bytes.Buffer
	z, err := zlib.NewWriterLevel(&pixels, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	const up = 2
	row := append(make([]byte, 0, 1+3*size.X), up)
	above := make([]byte, 4*size.X)
	for y := range size.Y {
		here := m.Pix[y*m.Stride:][:4*size.X]
		row = row[:1]
		for x := 0; x < len(here); x += 4 {
			row = append(row, here[x]-above[x], here[x+1]-above[x+1], here[x+2]-above[x+2])
		}
		above = here
		if _, err := z.Write(row); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	head = append(head, 8, 2, 0, 0, 0) // eight bits each of red, green and blue
	file := []byte("\x89PNG\r\n\x1a\n")
	file = appendChunk(file, "IHDR", head)
	file = appendChunk(file, "IDAT", pixels.Bytes())
	return appendChunk(file, "IEND", nil), nil
}

func appendChunk(file []byte, kind string, data []byte) []byte {
	file = binary.BigEndian.AppendUint32(file, uint32(len(data)))
	from := len(file)
	file = append(append(file, kind...), data...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[from:]))
}
