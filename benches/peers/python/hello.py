# The peer of programs/hello.conc.
print("hello")
