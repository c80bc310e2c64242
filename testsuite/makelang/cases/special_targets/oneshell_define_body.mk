.ONESHELL:
define script
@a=1
echo $$a
endef
all: ; $(script)
