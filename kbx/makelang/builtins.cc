#include "kbx/makelang/builtins.h"

namespace kbx::makelang::builtins {

const std::string_view variables = R"make(.LIBPATTERNS = lib%.so lib%.a
AR = ar
ARFLAGS = rv
AS = as
CC = cc
CHECKOUT,v = +$(if $(wildcard $@),,$(CO) $(COFLAGS) $< $@)
CO = co
COFLAGS = 
COMPILE.C = $(COMPILE.cc)
COMPILE.F = $(FC) $(FFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c
COMPILE.S = $(CC) $(ASFLAGS) $(CPPFLAGS) $(TARGET_MACH) -c
COMPILE.c = $(CC) $(CFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c
COMPILE.cc = $(CXX) $(CXXFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c
COMPILE.cpp = $(COMPILE.cc)
COMPILE.def = $(M2C) $(M2FLAGS) $(DEFFLAGS) $(TARGET_ARCH)
COMPILE.f = $(FC) $(FFLAGS) $(TARGET_ARCH) -c
COMPILE.m = $(OBJC) $(OBJCFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c
COMPILE.mod = $(M2C) $(M2FLAGS) $(MODFLAGS) $(TARGET_ARCH)
COMPILE.p = $(PC) $(PFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c
COMPILE.r = $(FC) $(FFLAGS) $(RFLAGS) $(TARGET_ARCH) -c
COMPILE.s = $(AS) $(ASFLAGS) $(TARGET_MACH)
CPP = $(CC) -E
CTANGLE = ctangle
CWEAVE = cweave
CXX = g++
F77 = $(FC)
F77FLAGS = $(FFLAGS)
FC = f77
GET = get
LD = ld
LEX = lex
LEX.l = $(LEX) $(LFLAGS) -t
LEX.m = $(LEX) $(LFLAGS) -t
LINK.C = $(LINK.cc)
LINK.F = $(FC) $(FFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.S = $(CC) $(ASFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_MACH)
LINK.c = $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.cc = $(CXX) $(CXXFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.cpp = $(LINK.cc)
LINK.f = $(FC) $(FFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.m = $(OBJC) $(OBJCFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.o = $(CC) $(LDFLAGS) $(TARGET_ARCH)
LINK.p = $(PC) $(PFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.r = $(FC) $(FFLAGS) $(RFLAGS) $(LDFLAGS) $(TARGET_ARCH)
LINK.s = $(CC) $(ASFLAGS) $(LDFLAGS) $(TARGET_MACH)
LINT = lint
LINT.c = $(LINT) $(LINTFLAGS) $(CPPFLAGS) $(TARGET_ARCH)
M2C = m2c
MAKEINFO = makeinfo
OBJC = cc
OUTPUT_OPTION = -o $@
PC = pc
PREPROCESS.F = $(FC) $(FFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -F
PREPROCESS.S = $(CC) -E $(CPPFLAGS)
PREPROCESS.r = $(FC) $(FFLAGS) $(RFLAGS) $(TARGET_ARCH) -F
RM = rm -f
TANGLE = tangle
TEX = tex
TEXI2DVI = texi2dvi
WEAVE = weave
YACC = yacc
YACC.m = $(YACC) $(YFLAGS)
YACC.y = $(YACC) $(YFLAGS)
)make";

const std::string_view rules = R"make(.C.o:;$(COMPILE.C) $(OUTPUT_OPTION) $<
.C:;$(LINK.C) $^ $(LOADLIBES) $(LDLIBS) -o $@
.F.f:;$(PREPROCESS.F) $(OUTPUT_OPTION) $<
.F.o:;$(COMPILE.F) $(OUTPUT_OPTION) $<
.F:;$(LINK.F) $^ $(LOADLIBES) $(LDLIBS) -o $@
.S.o:;$(COMPILE.S) -o $@ $<
.S.s:;$(PREPROCESS.S) $< > $@
.S:;$(LINK.S) $^ $(LOADLIBES) $(LDLIBS) -o $@
.c.ln:;$(LINT.c) -C$* $<
.c.o:;$(COMPILE.c) $(OUTPUT_OPTION) $<
.c:;$(LINK.c) $^ $(LOADLIBES) $(LDLIBS) -o $@
.cc.o:;$(COMPILE.cc) $(OUTPUT_OPTION) $<
.cc:;$(LINK.cc) $^ $(LOADLIBES) $(LDLIBS) -o $@
.cpp.o:;$(COMPILE.cpp) $(OUTPUT_OPTION) $<
.cpp:;$(LINK.cpp) $^ $(LOADLIBES) $(LDLIBS) -o $@
.def.sym:;$(COMPILE.def) -o $@ $<
.f.o:;$(COMPILE.f) $(OUTPUT_OPTION) $<
.f:;$(LINK.f) $^ $(LOADLIBES) $(LDLIBS) -o $@
.l.c:;@$(RM) $@ 
	 $(LEX.l) $< > $@
.l.ln:;@$(RM) $*.c
	 $(LEX.l) $< > $*.c
	$(LINT.c) -i $*.c -o $@
	 $(RM) $*.c
.l.r:;$(LEX.l) $< > $@ 
	 mv -f lex.yy.r $@
.lm.m:;@$(RM) $@ 
	 $(LEX.m) $< > $@
.m.o:;$(COMPILE.m) $(OUTPUT_OPTION) $<
.m:;$(LINK.m) $^ $(LOADLIBES) $(LDLIBS) -o $@
.mod.o:;$(COMPILE.mod) -o $@ $<
.mod:;$(COMPILE.mod) -o $@ -e $@ $^
.o:;$(LINK.o) $^ $(LOADLIBES) $(LDLIBS) -o $@
.p.o:;$(COMPILE.p) $(OUTPUT_OPTION) $<
.p:;$(LINK.p) $^ $(LOADLIBES) $(LDLIBS) -o $@
.r.f:;$(PREPROCESS.r) $(OUTPUT_OPTION) $<
.r.o:;$(COMPILE.r) $(OUTPUT_OPTION) $<
.r:;$(LINK.r) $^ $(LOADLIBES) $(LDLIBS) -o $@
.s.o:;$(COMPILE.s) -o $@ $<
.s:;$(LINK.s) $^ $(LOADLIBES) $(LDLIBS) -o $@
.sh:;cat $< >$@ 
	 chmod a+x $@
.tex.dvi:;$(TEX) $<
.texi.dvi:;$(TEXI2DVI) $(TEXI2DVI_FLAGS) $<
.texi.info:;$(MAKEINFO) $(MAKEINFO_FLAGS) $< -o $@
.texinfo.dvi:;$(TEXI2DVI) $(TEXI2DVI_FLAGS) $<
.texinfo.info:;$(MAKEINFO) $(MAKEINFO_FLAGS) $< -o $@
.txinfo.dvi:;$(TEXI2DVI) $(TEXI2DVI_FLAGS) $<
.txinfo.info:;$(MAKEINFO) $(MAKEINFO_FLAGS) $< -o $@
.w.c:;$(CTANGLE) $< - $@
.w.tex:;$(CWEAVE) $< - $@
.web.p:;$(TANGLE) $<
.web.tex:;$(WEAVE) $<
.y.c:;$(YACC.y) $< 
	 mv -f y.tab.c $@
.y.ln:;$(YACC.y) $< 
	 $(LINT.c) -C$* y.tab.c 
	 $(RM) y.tab.c
.ym.m:;$(YACC.m) $< 
	 mv -f y.tab.c $@
(%): %;$(AR) $(ARFLAGS) $@ $<
%.out: %;@rm -f $@ 
	 cp $< $@
%.c: %.w %.ch;$(CTANGLE) $^ $@
%.tex: %.w %.ch;$(CWEAVE) $^ $@
%:: %,v;$(CHECKOUT,v)
%:: RCS/%,v;$(CHECKOUT,v)
%:: RCS/%;$(CHECKOUT,v)
%:: s.%;$(GET) $(GFLAGS) $(SCCS_OUTPUT_OPTION) $<
%:: SCCS/s.%;$(GET) $(GFLAGS) $(SCCS_OUTPUT_OPTION) $<
)make";

const std::string_view suffixes =
    ".out .a .ln .o .c .cc .C .cpp .p .f .F .m .r .y .l .ym .yl .s .S .mod .sym .def .h .info .dvi "
    ".tex .texinfo .texi .txinfo .w .ch .web .sh .elc .el";

const std::string_view features =
    "target-specific order-only second-expansion else-if shortest-stem undefine oneshell nocomment "
    "grouped-target extra-prereqs archives jobserver output-sync check-symlink";

}  // namespace kbx::makelang::builtins
