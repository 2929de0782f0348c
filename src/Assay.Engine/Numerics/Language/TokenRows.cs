namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Rows of activations, one for each token, as products read them: groups of four tokens, in which the tokens' numbers for the
/// same columns stand side by side. Made once for all matrices that are multiplied by them.
/// </summary>
internal sealed unsafe class TokenRows : IDisposable
{
    private readonly long most;
    private readonly AlignedBuffer terms, bytes;
    private AlignedBuffer? floats;
    private float* x;
    private bool hasBytes, hasFloats;

    /// <param name="tokens">Tokens at most.</param>
    /// <param name="columns">Columns at most.</param>
    public TokenRows(int tokens, int columns)
    {
        // Groups are filled up.
        most = checked((tokens + 3L) / TokenGroups.Size * TokenGroups.Size * ((columns + 31L) / 32 * 32));
        terms = new(most / 32 * TokenTerms.Count);
        bytes = new(most / 4);
    }

    public int Tokens { get; private set; }

    public int Columns { get; private set; }

    /// <summary>The rows from which the rest is made, [Tokens, Columns].</summary>
    public float* X => x;

    /// <summary>From now on it holds these rows; they must stay as they are while products are made.</summary>
    public TokenRows Of(float* x, int tokens, int columns)
    {
        if (tokens < 0 || columns < 0 || (tokens + 3L) / TokenGroups.Size * TokenGroups.Size * columns > most)
            throw new ArgumentException($"{tokens} rows of {columns} do not fit");
        this.x = x;
        (Tokens, Columns, hasBytes, hasFloats) = (tokens, columns, false, false);
        return this;
    }

    /// <summary>Makes what a product with weights of that type reads, where it has not been made.</summary>
    public TokenGroups For(WeightType type, Launcher launcher, Isa isa)
    {
        // One token alone is read where it stands.
        if (!type.IsQuantized && Tokens > 1)
            floats ??= new(most);
        var groups = new TokenGroups
        {
            X = x, Tokens = Tokens, Columns = Columns, Terms = terms.Pointer, Bytes = (sbyte*)bytes.Pointer,
            Floats = Tokens == 1 || floats is null ? x : floats.Pointer,
        };
        if (type.IsQuantized && !hasBytes)
        {
            hasBytes = true;
            launcher.Run(isa, groups.Count, new QuantizeKernel { Groups = groups }, Cost.Of(Columns * 5.0, perNanosecond: 1));
        }
        else if (!type.IsQuantized && Tokens > 1 && !hasFloats)
        {
            hasFloats = true;
            launcher.Run(isa, groups.Count, new InterleaveKernel { Groups = groups }, Cost.Of(Columns * 5.0, perNanosecond: 1));
        }
        return groups;
    }

    public void Dispose()
    {
        terms.Dispose();
        bytes.Dispose();
        floats?.Dispose();
    }

    /// <summary>Puts the floats of a group's tokens side by side. One item is one group.</summary>
    private struct InterleaveKernel : IKernel
    {
        public TokenGroups Groups;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var group = from; group < to; group++)
            {
                var (first, count) = Groups.At(group);
                var size = Groups.Room;
                var target = Groups.FloatsOf(first);
                for (var t = 0; t < size; t++)
                {
                    // A token that is not there repeats the last one; nobody keeps what comes of it.
                    var source = Groups.X + ((long)(first + Math.Min(t, count - 1)) * Groups.Columns);
                    for (var c = 0; c < Groups.Columns; c++)
                        target[((long)c * size) + t] = source[c];
                }
            }
        }
    }
}

/// <summary>Where the numbers of groups of tokens stand; only what has been asked for has been made.</summary>
internal unsafe struct TokenGroups
{
    /// <summary>Tokens of a group: with two vectors of weights they fill 32 registers, with one 16.</summary>
    public const int Size = 4;

    public float* X;
    public int Tokens, Columns;

    /// <summary>Of 32 columns the <see cref="TokenTerms"/>, each of all tokens of the group.</summary>
    public float* Terms;

    /// <summary>Of each quad four bytes of every token.</summary>
    public sbyte* Bytes;

    /// <summary>Of each column the floats of all tokens.</summary>
    public float* Floats;

    public readonly int Count => (Tokens + Size - 1) / Size;

    /// <summary>The group's first token, and its tokens.</summary>
    public readonly (int First, int Count) At(int group) => (group * Size, Math.Min(Size, Tokens - (group * Size)));

    /// <summary>For how many tokens each group has room: one where there is one in all.</summary>
    public readonly int Room => Tokens == 1 ? 1 : Size;

    public readonly float* TermsOf(int first) => Terms + ((long)first * (Columns / 32) * TokenTerms.Count);

    public readonly sbyte* BytesOf(int first) => Bytes + ((long)first * Columns);

    public readonly float* FloatsOf(int first) => Floats + ((long)first * Columns);
}
