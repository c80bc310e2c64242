all: ; @echo $(one) $(two)
-include one.mk
one.mk: ; @echo making $@; printf 'one = 1\n-include two.mk\ntwo.mk: ; @echo making $$@; echo two = 2 > $$@\n' > $@
