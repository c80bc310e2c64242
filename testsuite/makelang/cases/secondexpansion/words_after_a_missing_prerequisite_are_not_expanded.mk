# args: -r -k p1 p2
.SECONDEXPANSION:
p%: x$$(info first of $$@) missing $$(info second of $$@) ; @echo $@
q%: x $$(info of $$@) ; @echo $@
x: ; @echo x
