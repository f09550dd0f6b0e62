// Checks a log of Evenhand's, and writes one, with Go's packages for the checksum database:
// golang.org/x/mod/sumdb/note and .../tlog, as Debian ships them. Signatures, roots and proofs are
// decided by those packages; this program hands them the files of c2sp.org/tlog-tiles, and asks that
// every key has signed. What a cosignature signs they do not know, so it is put together here.
//
//	check whole   LOG NOTE KEYS             every entry comes to the signed root
//	check entries LOG NOTE KEYS INDEX...    proofs made from the tiles lead from the entries to it
//	check growth  LOG NOTE KEYS OLD...      it still begins with each of the old notes
//	check receipt FILE ENTRY KEYS           a receipt proves the entry
//	check reader  LOG NOTE KEYS INDEX       what the reader of tiles says of a leaf, unchecked
//	check write   LOG KEY SIZE...           writes a log of the entries on standard input
//
// NOTE, OLD, FILE and ENTRY are files; KEYS is a file with a public key a line, KEY a private key.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // a tile has 2**8 hashes

func main() {
	args := os.Args[2:]
	switch os.Args[1] {
	case "receipt":
		receipt(args[0], args[1], args[2])
		return
	case "write":
		write(args[0], args[1], args[2:])
		return
	}
	log, tree := files(args[0]), open(must(os.ReadFile(args[1])), args[2])
	reader := tlog.TileHashReader(tree, log)
	switch os.Args[1] {
	case "whole":
		whole(log, tree)
	case "entries":
		for _, arg := range args[3:] {
			n := number(arg)
			data := log.entry(n, tree.N)
			proof := must(tlog.ProveRecord(tree.N, n, reader))
			try(tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(data)))
		}
	case "growth":
		for _, file := range args[3:] {
			old := open(must(os.ReadFile(file)), args[2])
			proof := must(tlog.ProveTree(tree.N, old.N, reader))
			try(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
		}
	case "reader":
		fmt.Println(must(reader.ReadHashes([]int64{tlog.StoredHashIndex(0, number(args[3]))}))[0])
	default:
		os.Exit(2)
	}
}

// try ends the program where something is wrong, and says what.
func try(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func must[T any](value T, err error) T {
	try(err)
	return value
}

func number(text string) int64 { return must(strconv.ParseInt(text, 10, 64)) }

// whole derives every hash of the tree again from the entries alone.
func whole(log files, tree tlog.Tree) {
	var kept stored
	for n := int64(0); n < tree.N; n++ {
		kept.add(log.entry(n, tree.N))
	}
	if must(tlog.TreeHash(tree.N, &kept)) != tree.Hash {
		try(errors.New("the entries do not come to the signed root"))
	}
}

// receipt checks a c2sp.org/tlog-proof@v1 for the bytes of an entry.
func receipt(file, entry, keys string) {
	above, signed, _ := bytes.Cut(must(os.ReadFile(file)), []byte("\n\n"))
	lines := strings.Split(string(above), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		try(errors.New("not a receipt"))
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		proof = append(proof, must(tlog.ParseHash(line)))
	}
	n, tree := number(strings.TrimPrefix(lines[0], "index ")), open(signed, keys)
	leaf := tlog.RecordHash(must(os.ReadFile(entry)))
	try(tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf))
}

// write makes a log of the entries on standard input, each after its length in two bytes, and
// publishes it at each of the sizes.
func write(folder, keyFile string, sizes []string) {
	signer := must(note.NewSigner(strings.TrimSpace(string(must(os.ReadFile(keyFile))))))
	entries := split(must(io.ReadAll(os.Stdin)))
	var kept stored
	for _, arg := range sizes {
		old, size := kept.entries, number(arg)
		for _, data := range entries[old:size] {
			kept.add(data)
		}
		for _, tile := range tlog.NewTiles(height, old, size) {
			save(filepath.Join(folder, place(tile)), must(tlog.ReadTileData(tile, &kept)))
			if tile.L == 0 {
				var bundle []byte
				for _, data := range entries[tile.N<<height:][:tile.W] {
					bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(data))), data...)
				}
				tile.L = -1
				save(filepath.Join(folder, place(tile)), bundle)
			}
		}
		root := must(tlog.TreeHash(size, &kept))
		text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
		save(filepath.Join(folder, "checkpoint"), must(note.Sign(&note.Note{Text: text}, signer)))
	}
}

func save(file string, data []byte) {
	try(os.MkdirAll(filepath.Dir(file), 0o777))
	try(os.WriteFile(file, data, 0o666))
}

// stored keeps every hash of a tree in memory, in the package's own order.
type stored struct {
	entries int64
	hashes  []tlog.Hash
}

func (s *stored) add(entry []byte) {
	s.hashes = append(s.hashes, must(tlog.StoredHashes(s.entries, entry, s))...)
	s.entries++
}

func (s *stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s.hashes[index]
	}
	return hashes, nil
}

// files is a directory as c2sp.org/tlog-tiles lays it out, and a tlog.TileReader.
type files string

func place(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return filepath.Join("tile", strings.Replace(path, "data/", "entries/", 1))
}

func (f files) Height() int                     { return height }
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is cut short", place(tile))
		}
		all[i] = data[:tile.W*tlog.HashSize]
	}
	return all, nil
}

// read gives a file, or the full one that took the place of a partial one.
func (f files) read(tile tlog.Tile) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(f), place(tile)))
	if errors.Is(err, os.ErrNotExist) {
		tile.W = 1 << height
		data, err = os.ReadFile(filepath.Join(string(f), place(tile)))
	}
	return data, err
}

var bundle struct { // the one read last
	tile    tlog.Tile
	entries [][]byte
}

func (f files) entry(n, size int64) []byte {
	tile := tlog.Tile{H: height, L: -1, N: n >> height, W: 1 << height}
	if tile.N == size>>height {
		tile.W = int(size - tile.N<<height)
	}
	if bundle.tile != tile {
		bundle.tile, bundle.entries = tile, split(must(f.read(tile)))
		if len(bundle.entries) < tile.W {
			try(fmt.Errorf("%s is cut short", place(tile)))
		}
	}
	return bundle.entries[n-tile.N<<height]
}

func split(data []byte) [][]byte {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			try(errors.New("the entries are cut short"))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries, data = append(entries, data[2:end]), data[end:]
	}
	return entries
}

// open has a signed checkpoint verified under every key of a file; the first is the log's.
func open(signed []byte, keys string) tlog.Tree {
	var known []note.Verifier
	for _, vkey := range strings.Fields(string(must(os.ReadFile(keys)))) {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			verifier = newCosigner(vkey)
		}
		known = append(known, verifier)
	}
	opened := must(note.Open(signed, note.VerifierList(known...)))
	if len(opened.Sigs) != len(known) {
		try(fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(known)))
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != known[0].Name() {
		try(errors.New("another log's checkpoint"))
	}
	return tlog.Tree{N: number(lines[1]), Hash: must(tlog.ParseHash(lines[2]))}
}

// cosigner is a note.Verifier for the kind of key that the package does not know: cosignature/v1.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	data := must(base64.StdEncoding.DecodeString(parts[len(parts)-1]))
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if len(parts) != 3 || len(data) != 33 || data[0] != 4 || fmt.Sprintf("%x", id[:4]) != parts[1] {
		try(errors.New("not a witness's public key: " + vkey))
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(id[:4]), data[1:]}
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(message, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, message)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}
