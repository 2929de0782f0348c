using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>
/// Arrays of elements of the extension as kernels want them: sixteen elements stand together, their first coordinates, then their second ones
/// and so on, each a word in Montgomery's form. So a vector of any width is one load, and what is read together is next to each other.
/// </summary>
internal static class Packed
{
    /// <summary>Elements that stand together.</summary>
    public const int Group = 16;

    /// <summary>Words of a group.</summary>
    public const int Words = Felt4.Degree * Group;

    /// <summary>Words of so many elements: whole groups.</summary>
    public static int WordsOf(int count) => (count + Group - 1) / Group * Words;

    public static Felt4 Get(ReadOnlySpan<uint> words, int index)
    {
        var at = index / Group * Words + index % Group;
        return new Felt4(Felt.OfForm(words[at]), Felt.OfForm(words[at + Group]), Felt.OfForm(words[at + 2 * Group]), Felt.OfForm(words[at + 3 * Group]));
    }

    public static void Set(Span<uint> words, int index, Felt4 value)
    {
        var at = index / Group * Words + index % Group;
        (words[at], words[at + Group], words[at + 2 * Group], words[at + 3 * Group]) = (value.C0.Form, value.C1.Form, value.C2.Form, value.C3.Form);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint[] Of(Arrays arrays, ReadOnlySpan<Felt4> values)
    {
        var words = arrays.Take(WordsOf(values.Length));
        if (values.Length < Group)
            Array.Clear(words);
        for (var i = 0; i < values.Length; i++)
            Set(words, i, values[i]);
        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4[] ToArray(ReadOnlySpan<uint> words, int count)
    {
        var values = new Felt4[count];
        for (var i = 0; i < count; i++)
            values[i] = Get(words, i);
        return values;
    }
}
