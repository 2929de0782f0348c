namespace Assay.Engine.Models;

/// <summary>The primitives whose operands or outputs are not all dense tensors of a shape known before: they make their outputs themselves.</summary>
public static class Containers
{
    public static bool Makes(Primitive op) => op is Primitive.SequenceConstruct or Primitive.SequenceEmpty or Primitive.SequenceInsert
        or Primitive.SequenceErase or Primitive.SequenceAt or Primitive.SequenceLength or Primitive.SplitToSequence or Primitive.ConcatFromSequence
        or Primitive.Optional or Primitive.OptionalHasElement or Primitive.OptionalGetElement || IsText(op);

    /// <summary>Those that look into strings, or take keys of any type.</summary>
    public static bool IsText(Primitive op) => op is Primitive.StringConcat or Primitive.StringSplit or Primitive.StringNormalizer
        or Primitive.PositionOf or Primitive.TfIdfVectorizer;
}
