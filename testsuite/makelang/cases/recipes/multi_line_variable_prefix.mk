define two
@echo one
-false
echo three
endef
all: ; $(two)
