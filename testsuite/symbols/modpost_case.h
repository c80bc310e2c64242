/* What the sources of modpost_objects.py are made of. EXPORT leaves in an object what EXPORT_SYMBOL
 * of one kind of tree leaves: FORM is 1 for table entries with CRCs (5.10), 2 for table entries (6.1)
 * and 3 for .export_symbol (6.12 and later). */
#define INFO(name, text) \
  static const char info_##name[] __attribute__((section(".modinfo"), used)) = text;
#define NEED(name)      \
  extern int name(void); \
  static int (*need_##name)(void) __attribute__((used)) = name;
#define WEAK(name)                             \
  extern int name(void) __attribute__((weak)); \
  static int (*need_##name)(void) __attribute__((used)) = name;

#if FORM == 3
#define EXPORT(name, license, suffix, ns)                                       \
  asm(".pushsection \".export_symbol\",\"a\"\n__export_symbol_" #name ":\n"      \
      ".asciz \"" license "\"\n.asciz \"" ns "\"\n.balign 8\n" POINTER " " #name \
      "\n.popsection\n");
#else
#if FORM == 1
#define CRC(name) ".globl __crc_" #name "\n.set __crc_" #name ", 0x0badcafe\n"
#else
#define CRC(name) ""
#endif
#define EXPORT(name, license, suffix, ns)                                              \
  asm(".pushsection \"___ksymtab" suffix "+" #name "\",\"a\"\n__ksymtab_" #name ":\n"  \
      ".long 0\n.popsection\n.pushsection \"__ksymtab_strings\",\"a\"\n__kstrtabns_" #name \
      ":\n.asciz \"" ns "\"\n.popsection\n" CRC(name));
#endif
