# file: Makefile.build|all: ; @echo building $(obj) need-builtin=$(need-builtin)
build := --no-print-directory -f Makefile.build obj
subdirs := d e
all: $(subdirs) ; @echo all
.PHONY: $(subdirs)
$(subdirs): ; @$(MAKE) $(build)=$@ need-builtin=$(if $(filter d,$@),1)
