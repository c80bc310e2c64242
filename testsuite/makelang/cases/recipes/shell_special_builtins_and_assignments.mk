all:
	@A=1 B=2; echo $$A$$B
	@set -- x y; echo $$2
	@eval 'echo evaluated'
	@unset HOME; echo [$$HOME]
