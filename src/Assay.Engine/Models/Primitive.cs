namespace Assay.Engine.Models;

/// <summary>
/// The operations of the lowered graph. The set is closed: every importer lowers to it and every executor knows all of it.
/// What each computes, to the last bit, is written in docs/spec/assay-f32-v1.md, and of the last ones in docs/spec/assay-int8-v1.md.
/// </summary>
/// <remarks>The names, not the numbers, enter the graph's digest.</remarks>
public enum Primitive
{
    // Elementwise, one operand
    Identity, Cast, Relu, Sigmoid, Tanh, Exp, Log, Sqrt, Neg, Abs, Not,
    Erf, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Softplus, Round, Floor, Ceil, Sign,
    BitCast, LeakyRelu, Elu, HardSigmoid,

    // Elementwise, two operands, broadcast
    Add, Sub, Mul, Div, Pow, Min, Max, Equal, Less, Greater,
    Mod, And, Or, Xor, BitShift, PRelu,

    // Elementwise, three operands, broadcast
    Where,

    // Numbers in few bits
    QuantizeLinear, DequantizeLinear, MatMulInteger, ConvInteger,

    // Contractions
    MatMul, Conv,

    // Windows
    MaxPool, AveragePool,

    // Along axes
    ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ArgMax, ArgMin, CumSum, CumProd, TopK, Softmax,
    BatchNormalization, LayerNormalization, RmsNormalization, Det,

    // Attention
    Attention, LinearAttention,

    // Shape and place
    Shape, Size, Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Concat, Slice, Gather, Pad, Expand, ConstantOfShape,
    Range,

    // Places that indices name
    GatherElements, GatherNd, ScatterElements, ScatterNd, TensorScatter, OneHot, Trilu, EyeLike, ReverseSequence, Tile, Split,

    // Outputs as large as the operands' elements make them
    NonZero, Unique, NonMaxSuppression, DecodeImage,

    // Images
    Resize, GridSample, AffineGrid, RoiAlign, MaxRoiPool, ConvTranspose, DeformConv, Col2Im, LpPool,

    // Signals
    Dft, Stft, CosineWindow, MelWeightMatrix,

    // Recurrence and control
    Lstm, Gru, Rnn, If, Loop,

    // Sequences and optionals
    SequenceConstruct, SequenceEmpty, SequenceInsert, SequenceErase, SequenceAt, SequenceLength, SplitToSequence, ConcatFromSequence,
    Optional, OptionalHasElement, OptionalGetElement,

    // Strings and lists of keys
    StringConcat, StringSplit, StringNormalizer, PositionOf, TfIdfVectorizer,

    // Whole numbers of eight bits, written in docs/spec/assay-int8-v1.md
    Int8Quantize, Int8Dequantize, Int8Dense, Int8Conv, Int8MaxPool, Int8AveragePool, Int8Add, Int8MatMul, Int8Table, Int8Softmax, Int8Normalize,
}
