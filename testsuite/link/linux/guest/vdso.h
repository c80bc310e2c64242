/* Finds a function in the kernel's vDSO by its symbol table, as vdso(7) and the gABI's chapter on dynamic linking describe
 * it: by either hash table, of which the two have to agree, and by the version of the symbol. */

#include <linux/elf.h>

#define DT_GNU_HASH_TABLE 0x6ffffef5
#define DT_SYMBOL_VERSIONS 0x6ffffff0
#define DT_VERSION_DEFINITIONS 0x6ffffffc
#define VERSION_HIDDEN 0x8000

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr Ehdr;
typedef Elf64_Phdr Phdr;
typedef Elf64_Dyn Dyn;
typedef Elf64_Sym Sym;
#else
typedef Elf32_Ehdr Ehdr;
typedef Elf32_Phdr Phdr;
typedef Elf32_Dyn Dyn;
typedef Elf32_Sym Sym;
#endif

typedef unsigned int Word;

struct version_definition {
	unsigned short version, flags, number, count;
	Word hash, names, next;
};

struct vdso {
	char *bias;
	const char *names;
	Sym *symbols;
	Word *hash, *gnu_hash;
	unsigned short *versions;
	char *definitions;
};

/* The table whose address an entry of the dynamic section has. */
static void *table(struct vdso *vdso, Dyn *entry)
{
	return vdso->bias + entry->d_un.d_ptr;
}

static int read_vdso(struct vdso *vdso, char *image)
{
	Ehdr *header = (Ehdr *)image;
	Dyn *entry = 0;
	int number, found = 0;

	memset(vdso, 0, sizeof(*vdso));
	for (number = 0; number < header->e_phnum; number++) {
		Phdr *part = (Phdr *)(image + header->e_phoff + number * header->e_phentsize);
		if (part->p_type == PT_LOAD && !found) {
			vdso->bias = image + part->p_offset - part->p_vaddr;
			found = 1;
		} else if (part->p_type == PT_DYNAMIC) {
			entry = (Dyn *)(image + part->p_offset);
		}
	}
	if (!found || !entry)
		return 0;
	for (; entry->d_tag != DT_NULL; entry++) {
		switch (entry->d_tag) {
		case DT_STRTAB: vdso->names = table(vdso, entry); break;
		case DT_SYMTAB: vdso->symbols = table(vdso, entry); break;
		case DT_HASH: vdso->hash = table(vdso, entry); break;
		case DT_GNU_HASH_TABLE: vdso->gnu_hash = table(vdso, entry); break;
		case DT_SYMBOL_VERSIONS: vdso->versions = table(vdso, entry); break;
		case DT_VERSION_DEFINITIONS: vdso->definitions = table(vdso, entry); break;
		}
	}
	return vdso->names && vdso->symbols && (vdso->hash || vdso->gnu_hash);
}

static int has_version(struct vdso *vdso, Word symbol, const char *name)
{
	char *at = vdso->definitions;
	Word number = vdso->versions ? vdso->versions[symbol] & ~VERSION_HIDDEN : 0;

	while (at) {
		struct version_definition *definition = (struct version_definition *)at;
		if (definition->number == number)
			return !strcmp(vdso->names + *(Word *)(at + definition->names), name);
		if (!definition->next)
			break;
		at += definition->next;
	}
	return 0;
}

static int is_named(struct vdso *vdso, Word symbol, const char *name, const char *version)
{
	return vdso->symbols[symbol].st_shndx && !strcmp(vdso->names + vdso->symbols[symbol].st_name, name) &&
	       has_version(vdso, symbol, version);
}

static Word by_hash(struct vdso *vdso, const char *name, const char *version)
{
	Word buckets = vdso->hash[0], hash = 0, symbol;
	const unsigned char *letter;

	for (letter = (const unsigned char *)name; *letter; letter++) {
		hash = (hash << 4) + *letter;
		hash = (hash ^ (hash & 0xf0000000) >> 24) & 0x0fffffff;
	}
	symbol = vdso->hash[2 + hash % buckets];
	while (symbol && !is_named(vdso, symbol, name, version))
		symbol = vdso->hash[2 + buckets + symbol];
	return symbol;
}

static Word by_gnu_hash(struct vdso *vdso, const char *name, const char *version)
{
	Word buckets = vdso->gnu_hash[0], first = vdso->gnu_hash[1], words = vdso->gnu_hash[2], shift = vdso->gnu_hash[3];
	unsigned long *bloom = (unsigned long *)(vdso->gnu_hash + 4);
	Word *bucket = (Word *)(bloom + words), *chain = bucket + buckets;
	Word hash = 5381, symbol, bits = 8 * sizeof(long);
	const unsigned char *letter;

	for (letter = (const unsigned char *)name; *letter; letter++)
		hash = hash * 33 + *letter;
	if (!(bloom[hash / bits % words] >> hash % bits & bloom[hash / bits % words] >> (hash >> shift) % bits & 1))
		return 0;
	symbol = bucket[hash % buckets];
	if (!symbol)
		return 0;
	for (;; symbol++) {
		if ((chain[symbol - first] | 1) == (hash | 1) && is_named(vdso, symbol, name, version))
			return symbol;
		if (chain[symbol - first] & 1)
			return 0;
	}
}

/* The address of a function, 0 if a table does not have it. */
static void *vdso_function(struct vdso *vdso, const char *name, const char *version)
{
	Word one = vdso->hash ? by_hash(vdso, name, version) : 0;
	Word two = vdso->gnu_hash ? by_gnu_hash(vdso, name, version) : one;

	if (!vdso->hash)
		one = two;
	return one && one == two ? vdso->bias + vdso->symbols[one].st_value : 0;
}
