#!/bin/sh
# conftest.sh KDIR: asks the kernel as drivers' configure scripts do, a small module for each question.
try() {
  mkdir -p "probe-$1"
  printf '#include <linux/module.h>\n%s\nMODULE_LICENSE("GPL");\n' "$2" >"probe-$1/probe.c"
  echo 'obj-m := probe.o' >"probe-$1/Makefile"
  if make -s -B -C "$KDIR" "M=$PWD/probe-$1" modules >"probe-$1/log" 2>&1; then
    echo "#define HAVE_$1"
  else
    echo "/* no $1 */"
  fi
}
KDIR=$1
try PRINTK 'void *asked(void); void *asked(void) { return &_printk; }'
try NOTHING 'void *asked(void); void *asked(void) { return &no_such_function; }'
try MODULE_NAME 'const char *asked(struct module *m); const char *asked(struct module *m) { return m->name; }'
try MODULE_NONSENSE 'int asked(struct module *m); int asked(struct module *m) { return m->nonsense; }'
