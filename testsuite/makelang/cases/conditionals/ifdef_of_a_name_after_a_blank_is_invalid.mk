e =
a := $e x
ifdef $(a)
endif
