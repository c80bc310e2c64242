out: ; echo x > out
