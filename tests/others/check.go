// Checks a log of Evenhand's, and writes one, with Go's packages for the checksum database:
// golang.org/x/mod/sumdb/note and .../tlog, as Debian ships them. Everything that is decided here is
// decided by those packages; this program only hands them the files of c2sp.org/tlog-tiles.
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
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func run(command string, args []string) error {
	switch command {
	case "receipt":
		return receipt(args[0], args[1], args[2])
	case "write":
		return write(args[0], args[1], args[2:])
	}
	tree, err := open(args[1], args[2])
	if err != nil {
		return err
	}
	log := files(args[0])
	reader := tlog.TileHashReader(tree, log)
	switch command {
	case "whole":
		return whole(log, tree)
	case "growth":
		return growth(reader, tree, args[2], args[3:])
	case "entries":
		for _, arg := range args[3:] {
			if err := entry(log, reader, tree, number(arg)); err != nil {
				return fmt.Errorf("entry %s: %w", arg, err)
			}
		}
		return nil
	case "reader":
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, number(args[3]))})
		if err == nil {
			fmt.Println(hashes[0])
		}
		return err
	}
	return errors.New("unknown command " + command)
}

// whole derives every hash of the tree again from the entries alone.
func whole(log files, tree tlog.Tree) error {
	var kept stored
	for n := int64(0); n < tree.N; n++ {
		entry, err := log.entry(n, tree.N)
		if err != nil {
			return err
		}
		if err := kept.add(entry); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(tree.N, &kept)
	if err == nil && root != tree.Hash {
		err = errors.New("the entries do not come to the signed root")
	}
	return err
}

// entry has a proof made from the tiles and checks it against the bytes of the entry.
func entry(log files, reader tlog.HashReader, tree tlog.Tree, n int64) error {
	data, err := log.entry(n, tree.N)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(tree.N, n, reader)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(data))
}

// growth has proofs made from the tiles that each old note is a beginning of the tree.
func growth(reader tlog.HashReader, tree tlog.Tree, keys string, olds []string) error {
	for _, file := range olds {
		old, err := open(file, keys)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old.N, reader)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// receipt checks a c2sp.org/tlog-proof@v1 for the bytes of an entry.
func receipt(file, entryFile, keys string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	above, signed, _ := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(above), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a receipt")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	n := number(strings.TrimPrefix(lines[0], "index "))
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := openNote(signed, keys)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(data))
}

// write makes a log of the entries on standard input, each after its length in two bytes, and
// publishes it at each of the sizes.
func write(folder, keyFile string, sizes []string) error {
	secret, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(secret)))
	if err != nil {
		return err
	}
	bundles, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	entries, err := split(bundles)
	if err != nil {
		return err
	}
	var kept stored
	old := int64(0)
	for _, arg := range sizes {
		size := number(arg)
		for _, data := range entries[old:size] {
			if err := kept.add(data); err != nil {
				return err
			}
		}
		for _, tile := range tlog.NewTiles(height, old, size) {
			data, err := tlog.ReadTileData(tile, &kept)
			if err != nil {
				return err
			}
			if err := save(filepath.Join(folder, place(tile)), data); err != nil {
				return err
			}
			if tile.L == 0 {
				first := tile.N << height
				var bundle []byte
				for _, data := range entries[first : first+int64(tile.W)] {
					bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(data))), data...)
				}
				tile.L = -1
				if err := save(filepath.Join(folder, place(tile)), bundle); err != nil {
					return err
				}
			}
		}
		root, err := tlog.TreeHash(size, &kept)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return err
		}
		if err := save(filepath.Join(folder, "checkpoint"), signed); err != nil {
			return err
		}
		old = size
	}
	return nil
}

func save(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o666)
}

// stored keeps every hash of a tree in memory, in the package's own order.
type stored struct {
	entries int64
	hashes  []tlog.Hash
}

func (s *stored) add(entry []byte) error {
	hashes, err := tlog.StoredHashes(s.entries, entry, s)
	s.entries, s.hashes = s.entries+1, append(s.hashes, hashes...)
	return err
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

func (f files) entry(n, size int64) ([]byte, error) {
	tile := tlog.Tile{H: height, L: -1, N: n >> height, W: 1 << height}
	if tile.N == size>>height {
		tile.W = int(size - tile.N<<height)
	}
	if bundle.tile != tile {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		entries, err := split(data)
		if err != nil {
			return nil, err
		}
		if len(entries) < tile.W {
			return nil, fmt.Errorf("%s is cut short", place(tile))
		}
		bundle.tile, bundle.entries = tile, entries
	}
	return bundle.entries[n-tile.N<<height], nil
}

func split(data []byte) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("the entries are cut short")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	return entries, nil
}

// open has a signed checkpoint verified under every key of a file.
func open(file, keys string) (tlog.Tree, error) {
	signed, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openNote(signed, keys)
}

func openNote(signed []byte, keys string) (tlog.Tree, error) {
	text, err := os.ReadFile(keys)
	if err != nil {
		return tlog.Tree{}, err
	}
	var known []note.Verifier
	for _, vkey := range strings.Fields(string(text)) {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			verifier, err = newCosigner(vkey)
		}
		if err != nil {
			return tlog.Tree{}, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(known) {
		return tlog.Tree{}, fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(known))
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != known[0].Name() {
		return tlog.Tree{}, errors.New("another log's checkpoint")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: number(lines[1]), Hash: root}, err
}

// cosigner is a note.Verifier for the kind of key that the package does not know: cosignature/v1.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a public key: " + vkey)
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 33 || data[0] != 4 {
		return nil, errors.New("not a witness's public key: " + vkey)
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if fmt.Sprintf("%x", id[:4]) != parts[1] {
		return nil, errors.New("the key id is wrong: " + vkey)
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(id[:4]), data[1:]}, nil
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

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	return n
}
