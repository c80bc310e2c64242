"""A grammar of small makefiles: makefile(random) gives the text of one case for run.py.

The words are few, so that what one line defines another one uses. Commands only print and make files in the scratch
folder; values hold no character that means something to a shell. Most texts are valid: an error ends a run early and
shows little, so the few that are wrong come by chance, as a reference without end or a circle of prerequisites.
"""

VARIABLES = ["a", "b", "c", "d", "e", "V", "long_name"]
WORDS = ["one", "two.c", "x1.c", "x2.c", "sub/y1.c", "sub/y2.h", "three.o", "%.o", "%", "a=b", "1", "2", "-I.", "./z",
         "one.two.c", "..", "sub/", "none", "*.c", "sub/*", "x?.c", "a,b", "a:b", "x(y)", "one"]
SOURCES = ["x1.c", "x2.c", "sub/y1.c", "sub/y2.c"]
TARGETS = ["all", "t1", "t2", "t3", "t4", "t5"]
OBJECTS = ["x1.o", "x2.o", "sub/y1.o", "y1.o", "x1.s", "out/x1.o", "x1.p.q"]
SHELL = ["echo out", "exit 3", "echo one; echo two", "printf 'a\\nb\\n\\n'", "echo '$$HOME' | sed 's/.*/h/'", "false"]
ASSIGN = ["=", "=", ":=", "::=", "?=", "+=", "+="]


class Grammar:
    def __init__(self, random):
        self.random = random
        self.second_expansion = random.random() < 0.3
        self.macros = []
        self.in_include = False
        self.has_noticed = False  # a second expansion of an explicit rule that prints

    def one(self, of):
        return self.random.choice(of)

    def chance(self, probability):
        return self.random.random() < probability

    # Text

    def words(self, depth=2, most=4):
        return self.one([" ", " ", "  "]).join(self.word(depth) for _ in range(self.random.randint(0, most)))

    def word(self, depth):
        if depth <= 0 or self.chance(0.45):
            return self.one(WORDS)
        if self.chance(0.5):
            return self.reference(depth)
        return self.function(depth - 1)

    def reference(self, depth):
        name = self.one(VARIABLES)
        kind = self.random.random()
        if kind < 0.6:
            return self.one([f"$({name})", f"${{{name}}}"])
        if kind < 0.7:
            return f"${self.one(VARIABLES[:5])}"
        if kind < 0.85:
            return f"$({name}:{self.one(['.c', '%', '%.c', 'x%', 'one', ''])}={self.one(['.o', '%.o', 'y%', '', 'z'])})"
        return f"$($({name}))" if depth > 1 else f"$({name}$(e))"

    def function(self, depth):
        text = lambda: self.words(depth, 3)  # noqa: E731
        pattern = lambda: self.one(["%", "%.c", "x%", "one", "%.c %.o", "$(a)", "sub/%", "", "a\\%b", "%%"])  # noqa: E731
        number = lambda: self.one(["1", "2", "3", "7"])  # noqa: E731
        plain = self.one(["strip", "sort", "words", "firstword", "lastword", "dir", "notdir", "suffix", "basename",
                          "wildcard"])
        forms = [
            lambda: f"$({plain} {text()})",
            lambda: f"$({plain} {text()})",
            lambda: f"$(subst {self.one(['o', 'x', '.c', ' ', 'one', ''])},{self.one(['', 'X', '$(a)', ' '])},{text()})",
            lambda: f"$(patsubst {pattern()},{self.one(['', '%', 'X', '%.o', 'o/%', '$(b)%'])},{text()})",
            lambda: f"$(findstring {self.one(['o', 'x1', '.c', 'zz'])},{text()})",
            lambda: f"$(filter {pattern()},{text()})",
            lambda: f"$(filter-out {pattern()},{text()})",
            lambda: f"$(word {number()},{text()})",
            lambda: f"$(wordlist {number()},{number()},{text()})",
            lambda: f"$(addprefix {self.one(['p/', '-', '', '$(a)'])},{text()})",
            lambda: f"$(addsuffix {self.one(['.o', '', '$(b)'])},{text()})",
            lambda: f"$(join {text()},{text()})",
            lambda: f"$(if {self.word(depth)},{text()}{self.one(['', ',' + text()])})",
            lambda: f"$(or {text()},{text()})",
            lambda: f"$(and {text()},{text()})",
            lambda: f"$(foreach {self.one(['i', 'a'])},{text()},{self.one(['$i', '$(i).o', '<$(a)>', '$($i)'])})",
            lambda: f"$(call {self.one(self.macros or VARIABLES)},{text()},{text()})",
            lambda: f"$(value {self.one(VARIABLES)})",
            lambda: f"$(origin {self.one(VARIABLES)})",
            lambda: f"$(flavor {self.one(VARIABLES)})",
            lambda: f"$(shell {self.one(SHELL)})",
            lambda: "$(.SHELLSTATUS)",
            lambda: f"$(eval {self.one(VARIABLES)} {self.one(ASSIGN)} {self.one(WORDS)})",
            lambda: f"$(info {self.one(['note', '$@', '$(a)'])})",
        ]
        return self.one(forms)()

    # Lines

    def assignment(self):
        name = self.one(VARIABLES)
        kind = self.random.random()
        modifier = self.one(["", "", "", "", "override ", "export ", "private "])
        if kind < 0.06:
            return [f"{name} != {self.one(SHELL)}"]
        if kind < 0.1:
            return [f"{self.one(['', 'override '])}undefine {name}"]
        if kind < 0.14:
            return [f"{self.one(['export', 'unexport'])} {self.one(['', name])}".rstrip()]
        if kind < 0.22:
            return self.definition(name)
        operator = self.one(ASSIGN)
        # A recursive variable may refer to later ones, so that circles are rare.
        value = self.words() if operator in (":=", "::=") or self.chance(0.05) else self.forward(name)
        if self.chance(0.1):
            value += self.one([" \\\n   " + self.words(1), " # comment", "  "])
        return [f"{modifier}{name} {operator} {value}"]

    def forward(self, name):
        later = VARIABLES[VARIABLES.index(name) + 1:]
        text = self.words()
        for variable in VARIABLES:
            if variable not in later:
                replacement = self.one(later) if later else "none"
                for form in ("({})", "{{{}}}", "({}:", "(value {})", "(call {},"):
                    text = text.replace("$" + form.format(variable), "$" + form.format(replacement))
                text = text.replace(f"${variable}", "$$")
        return text

    def definition(self, name):
        operator = self.one(["", " =", " :=", " +=", " ?="])
        body = [self.one([self.one(WORDS), "$(e) two", "\t@echo in $@", "$(info line)", "", "# no comment", "a b \\"])
                for _ in range(self.random.randint(0, 3))]
        if body and body[-1].endswith("\\"):
            body.append("rest")
        return [f"{self.one(['', 'override ', 'export '])}define {name}{operator}", *body, "endef"]

    def macro(self):
        name = f"m{len(self.macros)}"
        kind = self.random.random()
        if kind < 0.4:
            lines = [f"define {name}", f"{self.one(['t$1', 'g$1', '$1'])}: {self.one(['$2', 'x1.c', '| t5', ''])}",
                     "\t@echo made $$@ from $$^ by $1 $(a)", "endef"]
            use = [f"$(eval $(call {name},{self.one(['1', '2', '9'])},{self.one(['x2.c', '', 't4'])}))"]
        elif kind < 0.7:
            lines = [f"{name} = {self.one(['[$1]', '$2$1', '$(if $1,$(call ' + name + ',,$2)<$2>)', '$0 $(3) $a'])}"]
            use = [f"$(info $(call {name},{self.words(1, 2)},{self.words(1, 2)}))"]
        else:
            lines = [f"define {name}", f"{self.one(VARIABLES)} {self.one(ASSIGN)} $1 $$(d)", f"V += {name}", "endef"]
            use = [f"$(foreach i,{self.words(1, 2)},$(eval $(call {name},$i)))"]
        self.macros.append(name)
        return lines + use

    def conditional(self, depth):
        kind = self.random.random()
        if kind < 0.4:
            test = f"{self.one(['ifdef', 'ifndef'])} {self.one([*VARIABLES, '$(a)', 'x$(b)'])}"
        elif kind < 0.8:
            test = f"{self.one(['ifeq', 'ifneq'])} ({self.words(1, 2)},{self.words(1, 2)})"
        else:
            quote = self.one(["'", '"'])
            test = f"{self.one(['ifeq', 'ifneq'])} {quote}{self.one(WORDS)}{quote} {quote}{self.reference(1)}{quote}"
        lines = [test, *self.lines(depth - 1, 2)]
        if self.chance(0.3):
            lines += [f"else {self.one(['ifdef', 'ifndef'])} {self.one(VARIABLES)}", *self.lines(depth - 1, 1)]
        if self.chance(0.5):
            lines += ["else", *self.lines(depth - 1, 2)]
        return [*lines, "endif"]

    def message(self):
        return [f"$({self.one(['info', 'info', 'info', 'warning'])} {self.one(['<', '$(a) '])}{self.words()})"]

    # Rules

    def prerequisites(self, target, most=3):
        later = TARGETS[TARGETS.index(target) + 1:] if target in TARGETS else TARGETS[3:]
        pool = [*later, *SOURCES, *OBJECTS, *SOURCES, "$(c)", "$(wildcard *.c)", "none.h"]
        if self.chance(0.04):
            pool += TARGETS
        if self.second_expansion:
            pool += ["$$(d)", "$$(@:.o=.c)", "$$(addsuffix .c,x1)", "$$^", "$$<", "$$*.c"] * 2
            if not self.has_noticed:  # GNU make takes the targets in no particular order
                pool += ["$$(info second $$@)"] * 2
        names = [self.one(pool) for _ in range(self.random.randint(0, most))]
        self.has_noticed = self.has_noticed or "$$(info second $$@)" in names
        if self.chance(0.2):
            names += ["|", self.one(pool)]
        return " ".join(names)

    def recipe(self):
        lines = []
        for _ in range(self.random.randint(0, 3)):
            lines.append("\t" + self.one([
                "@echo $@: $^", "@echo '$@ < $< ^ $^ + $+ | $| * $*'", "@echo new $(sort $?)", f"@echo $({self.one(VARIABLES)})",
                "echo $(@D) $(@F) $(<D) $(^F) $(*F)", "@mkdir -p $(@D); touch $@", "@mkdir -p $(@D); touch $@", "@touch $@",
                "-false", "@-exit 2", "+@echo plus", f"@echo {self.function(1)}", "@echo $$a [$$V]", "# shell comment",
                "@echo one \\\n\ttwo \\\n  three", "false", "@: $(eval d := changed)", "@echo $(.SHELLSTATUS) $(flavor a)",
                "$(long_name)", "@$(if $(a),echo has a,echo no a)", "@echo $(value V)", "@echo > $@"]))
        return lines

    def rule(self):
        kind = self.random.random()
        if kind < 0.42:
            target = self.one(TARGETS)
            single = self.has_noticed
            if self.chance(0.15):
                self.has_noticed = True  # two targets would print in any order
                target += " " + self.one(TARGETS)
            colon = self.one([":", ":", ":", ":", "::"]) if self.chance(0.5) else ":"
            head = f"{target}{colon} {self.prerequisites(target.split()[0])}"
            self.has_noticed = "$$(info" in head or single
        elif kind < 0.52:
            target = self.one([*TARGETS, *OBJECTS])
            operator = self.one(ASSIGN + ["!="])
            value = self.one(SHELL) if operator == "!=" else self.words(1)
            return [f"{target}: {self.one(['', '', 'private ', 'override ', 'export '])}{self.one(VARIABLES)} {operator} {value}"]
        elif kind < 0.57:
            return [f"{self.one(['%.o', '%', 'x%', 't%', 'sub/%.o'])}: {self.one(VARIABLES)} {self.one(ASSIGN)} {self.words(1)}"]
        elif kind < 0.75:
            targets = self.one(["%.o", "%.o", "%.s", "out/%.o", "%.p.q", "t%", "%.o %.s", "sub/%.o", "%"])
            needs = self.one(["%.c", "%.s", "%.c x2.c", "sub/%.c", "%.c | t5", "", "t%", "%.h", "%.x"])
            if self.second_expansion and self.chance(0.4):
                needs = self.one(["$$*.c", "%.c $$(info of $$@)", "$$(wildcard $$*.*)", "$$(@:.o=.c)", "$$(addprefix s,%)"])
            head = f"{targets}:{self.one(['', '', '', '', ':'])} {needs}"
        elif kind < 0.84:
            pair = self.one([("%.o", "%.c"), ("x%.o", "x%.c"), ("%.o", "x1.c"), ("%", "%.c")])
            targets = self.one(["x1.o x2.o", "x1.o", "$(filter x%.o,x1.o y1.o)", "x1.o sub/y1.o"])
            head = f"{targets}: {pair[0]}: {pair[1]} {self.one(['', '| t5', 'x2.c'])}"
        elif kind < 0.9:
            head = f"{self.one(['t1 t2', 't3 t4', 'x1.o x1.s'])} {self.one(['&:', '&::', '&:'])} {self.one(['', 'x1.c', 'x2.c t5'])}"
        elif kind < 0.94:
            head = self.one([".c.o:", ".c.s:", ".c:", ".DEFAULT:"])
        else:
            return [self.special()]
        recipe = self.recipe()
        if recipe and self.chance(0.12) and "\n" not in recipe[0] and "#" not in recipe[0]:
            return [head + " ; " + recipe[0].strip(), *recipe[1:]]
        return [head, *recipe]

    def special(self):
        return self.one([
            f".PHONY: {self.one(TARGETS)} {self.one(TARGETS)}", ".INTERMEDIATE: x1.o", ".SECONDARY: x1.s", ".SECONDARY:",
            ".PRECIOUS: %.o", f".SILENT: {self.one(TARGETS)}", f".IGNORE: {self.one(TARGETS)}", ".ONESHELL:",
            ".DELETE_ON_ERROR:", ".EXPORT_ALL_VARIABLES:", ".SUFFIXES:", ".SUFFIXES: .c .o .q", ".NOTPARALLEL:",
            "VPATH = sub", "vpath %.c sub", "vpath y% sub:out", "vpath %.c", ".DEFAULT_GOAL := t1", ".POSIX:",
            "$(info $(MAKEFILE_LIST))", ".RECIPEPREFIX ="])

    def inclusion(self):
        if self.in_include:
            return ["include inc2.mk"]  # GNU make crashes where a makefile includes itself
        return [self.one(["include inc.mk", "-include inc.mk none.mk", "sinclude $(wildcard inc*.mk)", "include inc2.mk",
                          "-include made.mk", "include made.mk"])]

    def lines(self, depth, most):
        result = []
        for _ in range(self.random.randint(1, most)):
            kind = self.random.random()
            if kind < 0.38:
                result += self.assignment()
            elif kind < 0.46 and depth > 0:
                result += self.conditional(depth)
            elif kind < 0.52:
                result += self.macro()
            elif kind < 0.58:
                result += self.message()
            elif kind < 0.6:
                result += self.inclusion()
            else:
                result += self.rule()
        return result

    # The whole

    def arguments(self):
        words = [self.one(["", "", "", "-k", "-n", "-s", "-B", "-i", "-r", "-R", "-e", "-q", "-t", "--warn-undefined-variables",
                           "--trace", "-w"]),
                 self.one(["", "", "", "a=cmd", "'b=$(c) two'", "V:=x1.c", "c+=more"]),
                 " ".join(self.one([*TARGETS, *OBJECTS]) for _ in range(self.one([0, 0, 1, 1, 2])))]
        return "# args: " + " ".join(word for word in words if word)

    def header(self):
        lines = ["# setup: mkdir sub out"]
        for name in self.random.sample([*SOURCES, "x1.h", "x1.o", "sub/y2.h", "t5"], self.random.randint(2, 6)):
            lines.append(f"# setup: touch -d 20{self.random.randint(10, 19)}-01-01 {name}")
        if self.chance(0.2):
            lines.append(f"# env: {self.one(VARIABLES)}={self.one(['from env', '$(b)', ''])}")
        # Directives hold one line each.
        for name in ("inc.mk", "inc2.mk"):
            self.in_include = True
            for line in self.lines(0, 2):
                if name == "inc2.mk" and line.startswith("include"):
                    continue
                lines += [f"# file: {name}|{part}" for part in line.split("\n")]
        self.in_include = False
        lines.append(self.arguments())
        if self.chance(0.4):
            lines.append(f"# setup: touch -c -d 2005-01-01 {self.one(OBJECTS)} {self.one(TARGETS)}")
            lines.append(self.arguments())
        elif self.chance(0.3):
            lines.append(self.arguments())
        return lines


def makefile(random):
    """The text of a case made with the random numbers of `random`."""
    grammar = Grammar(random)
    lines = grammar.header()
    if grammar.second_expansion:
        lines.append(".SECONDEXPANSION:")
    lines += grammar.lines(2, 14)
    if grammar.chance(0.15):
        lines += ["made.mk: ; @echo 'a += made' > $@"]
    if grammar.chance(0.7):
        lines += [f"all: {grammar.prerequisites('all')}", *grammar.recipe()]
    return "\n".join(lines) + "\n"
