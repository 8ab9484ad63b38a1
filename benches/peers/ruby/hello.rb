# The peer of programs/hello.conc.
puts "hello"
