//! The table of instructions.
//!
//! An instruction is 64 bits: an opcode of 8, the operands `a` and `b` of 16 each, and `c` of 24. The
//! table says of each instruction what its operands are and what it does; the disassembler, the verifier
//! and the machine's documentation are read off it. Where another thread can see the effect, the sentence
//! ends in "(visible)".

/// In the last operand of `Iterate`, beside the number of values: nothing in the loop changes what it goes over.
pub const ITERATE_STILL: usize = 4;

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Not used.
    None,
    /// A register that is read.
    Read,
    /// A register that is written.
    Write,
    /// The first of a row of registers that are read; how many, another operand or the next word says.
    Base,
    /// A small whole number, signed.
    Int,
    /// A count, a slot or a flag, not negative.
    Count,
    /// An index into the constants.
    Constant,
    /// An index into the callees.
    Callee,
    /// An index into the function's sites: a member's name, with a cache.
    Site,
    /// A distance to jump, counted from the next instruction.
    Jump,
    /// The number of a built-in function.
    Builtin,
    /// An [`AskKind`].
    Ask,
}

macro_rules! operations {
    ($( $name:ident ($a:ident $b:ident $c:ident) $does:literal; )*) => {
        /// An opcode.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $( #[doc = $does] $name, )* }

        impl Op {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Op] = &[$( Op::$name, )*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Op::$name => stringify!($name), )* }
            }

            /// What its operands are.
            #[must_use]
            pub fn operands(self) -> [Operand; 3] {
                match self { $( Op::$name => [Operand::$a, Operand::$b, Operand::$c], )* }
            }

            /// What it does, in a sentence.
            #[must_use]
            pub fn does(self) -> &'static str {
                match self { $( Op::$name => $does, )* }
            }
        }
    };
}

operations! {
    // ---- Values
    Move (Write Read None) "a = b";
    LoadInt (Write None Int) "a = the number c";
    LoadConst (Write None Constant) "a = constant c";
    LoadNil (Write None None) "a = nil";
    LoadTrue (Write None None) "a = true";
    LoadFalse (Write None None) "a = false";
    LoadUnset (Write None None) "a = nothing at all: an argument not given";
    LoadBuiltin (Write None Builtin) "a = built-in function c";
    // ---- Shared variables
    GetGlobal (Write None Constant) "a = the global that constant c is; NameError if it is not set (visible)";
    BorrowGlobal (Write None Constant) "a = the global c, which never changes once set, without counting the reference; NameError if it is not set (visible)";
    SetGlobal (Read None Constant) "the global c = a (visible)";
    InitGlobal (Read None Constant) "the global c = a, which it holds from now on for good (visible)";
    NewCell (Write Read None) "a = a new cell that holds b";
    GetCell (Write Read None) "a = what the cell b holds (visible)";
    SetCell (Read Read None) "the cell a holds b (visible)";
    ChangeGlobal (Write None Constant) "as GetGlobal; the next two add an int to it or subtract one, and set it, and a is not read after: they may be done with it (visible)";
    ChangeCell (Write Read None) "as GetCell; the next two change it in the same way (visible)";
    // ---- Arithmetic
    Add (Write Read Read) "a = b + c";
    Sub (Write Read Read) "a = b - c";
    Mul (Write Read Read) "a = b * c";
    Div (Write Read Read) "a = b / c";
    FloorDiv (Write Read Read) "a = b // c";
    Mod (Write Read Read) "a = b % c";
    Pow (Write Read Read) "a = b ** c";
    BitOr (Write Read Read) "a = b | c";
    BitXor (Write Read Read) "a = b ^ c";
    BitAnd (Write Read Read) "a = b & c";
    Shl (Write Read Read) "a = b << c";
    Shr (Write Read Read) "a = b >> c";
    AddInt (Write Read Int) "a = b + the number c";
    SubInt (Write Read Int) "a = b - the number c";
    MulInt (Write Read Int) "a = b * the number c";
    ModInt (Write Read Int) "a = b % the number c";
    AddConst (Write Read Constant) "a = b + constant c";
    SubConst (Write Read Constant) "a = b - constant c";
    MulConst (Write Read Constant) "a = b * constant c";
    DivConst (Write Read Constant) "a = b / constant c";
    ModConst (Write Read Constant) "a = b % constant c";
    Neg (Write Read None) "a = -b";
    Invert (Write Read None) "a = ~b";
    Not (Write Read None) "a = not b; TypeError unless b is a bool";
    // ---- Comparison
    Eq (Write Read Read) "a = b == c";
    Ne (Write Read Read) "a = b != c";
    Lt (Write Read Read) "a = b < c";
    Le (Write Read Read) "a = b <= c";
    Gt (Write Read Read) "a = b > c";
    Ge (Write Read Read) "a = b >= c";
    In (Write Read Read) "a = b in c";
    NotIn (Write Read Read) "a = b not in c";
    // ---- Jumps
    Jump (None None Jump) "go on at c";
    JumpTrue (Read Count Jump) "go on at c if a is true; TypeError unless a is a bool, on behalf of construct b";
    JumpFalse (Read Count Jump) "go on at c if a is false; TypeError unless a is a bool, on behalf of construct b";
    JumpDone (Read None Jump) "go on at c unless a asks for more: a ticket to wait with, or a barrier's action to call";
    JumpSet (Read None Jump) "go on at c unless a is nothing at all";
    JumpEq (Read Read Jump) "go on at c if a == b";
    JumpNe (Read Read Jump) "go on at c if a != b";
    JumpLt (Read Read Jump) "go on at c if a < b";
    JumpNotLt (Read Read Jump) "go on at c unless a < b";
    JumpLe (Read Read Jump) "go on at c if a <= b";
    JumpNotLe (Read Read Jump) "go on at c unless a <= b";
    JumpGt (Read Read Jump) "go on at c if a > b";
    JumpNotGt (Read Read Jump) "go on at c unless a > b";
    JumpGe (Read Read Jump) "go on at c if a >= b";
    JumpNotGe (Read Read Jump) "go on at c unless a >= b";
    JumpEqInt (Read Int Jump) "go on at c if a == the number b";
    JumpNeInt (Read Int Jump) "go on at c if a != the number b";
    JumpLtInt (Read Int Jump) "go on at c if a < the number b";
    JumpNotLtInt (Read Int Jump) "go on at c unless a < the number b";
    JumpLeInt (Read Int Jump) "go on at c if a <= the number b";
    JumpNotLeInt (Read Int Jump) "go on at c unless a <= the number b";
    JumpGtInt (Read Int Jump) "go on at c if a > the number b";
    JumpNotGtInt (Read Int Jump) "go on at c unless a > the number b";
    JumpGeInt (Read Int Jump) "go on at c if a >= the number b";
    JumpNotGeInt (Read Int Jump) "go on at c unless a >= the number b";
    JumpEqConst (Read Constant Jump) "go on at c if a == constant b";
    JumpNeConst (Read Constant Jump) "go on at c if a != constant b";
    JumpLtConst (Read Constant Jump) "go on at c if a < constant b";
    JumpNotLtConst (Read Constant Jump) "go on at c unless a < constant b";
    JumpLeConst (Read Constant Jump) "go on at c if a <= constant b";
    JumpNotLeConst (Read Constant Jump) "go on at c unless a <= constant b";
    JumpGtConst (Read Constant Jump) "go on at c if a > constant b";
    JumpNotGtConst (Read Constant Jump) "go on at c unless a > constant b";
    JumpGeConst (Read Constant Jump) "go on at c if a >= constant b";
    JumpNotGeConst (Read Constant Jump) "go on at c unless a >= constant b";
    // ---- Loops
    ForPrepare (Write Count Jump) "a .. a+1 hold a range's start and end (b = 1: included); a+1 = its last number, or go on at c if it is empty";
    ForNext (Write Read Jump) "if a is less than b, count a up and go on at c";
    Iterate (Write Read Count) "a = an iterator over b, which gives c values each time (c + 4: and nothing can change b meanwhile, if it is the thread's own)";
    IterateNext (Write None Jump) "a+1 (and a+2) = what the iterator a gives next, or go on at c at its end (visible)";
    // ---- Calls
    Call (Write Read Base) "a = b(arguments from c); the next word tells how many, and their names";
    CallFunction (Write Base Callee) "a = callee c with the arguments from b, as many as it has parameters";
    CallStruct (Write Base Constant) "a = a new instance of the struct c, with the arguments from b+1, as many as it has fields";
    CallBuiltin (Write Base Builtin) "a = the built-in c with the arguments from b; the next word tells how many";
    CallMethod (Write Read Base) "a = a method of b with the arguments from c+1; the next word tells its site, how many, and their names";
    Extra (Count Count Count) "more operands of the instruction before: how many arguments, the site, one more than the constant of their names";
    Return (Read None None) "leave the function with a";
    ReturnNil (None None None) "leave the function with nil";
    Closure (Write None Constant) "a = a closure of the function c over what it captures";
    // ---- Objects
    NewList (Write Base Count) "a = a list of the c values from b";
    Append (Read Base Count) "the c values from b go to the end of the new list a";
    Insert (Read Base Count) "the c keys and values from b go into the new map a";
    NewMap (Write Base Count) "a = a map of the c keys and values from b";
    NewRange (Write Read Read) "a = b..c";
    NewRangeIncl (Write Read Read) "a = b..=c";
    NewStruct (Write None Constant) "a = a new struct type with the members c";
    BuildStr (Write Base Count) "a = the texts of the c values from b in a row";
    Format (Write Read Constant) "a = b as text, by the format spec c";
    Index (Write Read Read) "a = b[c] (visible)";
    SetIndex (Read Read Read) "a[b] = c (visible)";
    Slice (Write Base Count) "a = a stretch of the value in b, from b+1 to b+2; c = 1: the end included (visible)";
    GetField (Write Read Site) "a = the member c of b (visible)";
    SetField (Read Read Site) "the member c of a = b (visible)";
    GetOwn (Write Read Count) "a = slot c of the instance b (visible)";
    SetOwn (Read Read Count) "slot c of the instance a = b (visible)";
    InitOwn (Read Read Count) "slot c of the new instance a = b; a primitive without a name is called like the field";
    OwnFunction (Write None None) "a = the function that runs, without counting the reference";
    OwnStruct (Write Read None) "a = the struct that b is an instance of";
    Unpack (Write Read Count) "a and the c-1 registers after it = the items of the list b, exactly c (visible)";
    BindName (Read None Constant) "if a is a primitive without a name, it is called c";
    // ---- Errors
    Raise (Read None None) "raise a";
    Rethrow (Read None None) "raise a again, from where it came";
    SkipIfKind (Read None Constant) "pass over the next instruction if a is an error of one of the kinds c, or of any but Cancelled and Interrupted if c names none";
    AssertFail (Read None Constant) "raise AssertionFailed; a is the message, c tells the registers with the operands";
    CheckBool (Read Count None) "TypeError unless a is a bool, on behalf of construct b";
    Misplaced (None None Constant) "raise TypeError with the text c: what the compiler found wrong, but which may not be reached";
    // ---- Threads
    Lock (Read None None) "take the lockable a for a block (visible)";
    Unlock (Read None Jump) "release the lockable a, which a block took; it may go on at c then, where the next one would jump to (visible)";
    SortLocks (Write Count None) "put the b lockables from a on in their order, with nothing at all for those that come twice";
    Ask (Write Base Ask) "a = what the runtime answers to request c about the values from b (visible)";
    Import (None None Constant) "run the module c, unless that was done";
}
