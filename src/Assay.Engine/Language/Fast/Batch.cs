using System.Runtime.InteropServices;

namespace Assay.Engine.Language.Fast;

/// <summary>What is wanted of a row of a batch: its scores and its final state, as these rows of the step, unless that is negative.</summary>
internal readonly record struct WantedRow(int Row, int Step, int Score, int State);

/// <summary>Rows that go through the layers together, each a token at its position of its sequence.</summary>
/// <param name="most">Rows at most.</param>
internal sealed unsafe class Batch(int most) : IDisposable
{
    // The page tables of all steps of the call, one after another.
    private void** tables = null;
    private long room;
    private readonly int* tokens = (int*)NativeMemory.Alloc((nuint)most, 2 * sizeof(int));
    private readonly float*** pages = (float***)NativeMemory.Alloc((nuint)most, (nuint)sizeof(float**));
    private readonly List<WantedRow> wanted = [];

    /// <summary>By ascending row.</summary>
    public IReadOnlyList<WantedRow> Wanted => wanted;

    public int Count { get; private set; }

    public bool IsFull => Count == most;

    public int* Tokens => tokens;

    public int* Positions => tokens + most;

    public float*** Pages => pages;

    /// <summary>The greatest position.</summary>
    public int Last { get; private set; }

    /// <summary>Takes down where the pages of all steps lie, from which rows are added next.</summary>
    public void Begin(ReadOnlySpan<LanguageStep> steps)
    {
        long needed = 0;
        foreach (var step in steps)
            needed += step.Sequence.Pages.Count;
        if (needed > room)
        {
            tables = (void**)NativeMemory.Realloc(tables, (nuint)needed * (nuint)sizeof(void*));
            room = needed;
        }
        long at = 0;
        foreach (var step in steps)
            foreach (var page in step.Sequence.Pages)
                tables[at++] = page.Floats.Pointer;
        Clear();
    }

    /// <summary>Where the pages of a step begin among all of them.</summary>
    public float** TableAt(long firstPage) => (float**)(tables + firstPage);

    public void Add(int token, int position, float** table)
    {
        Tokens[Count] = token;
        Positions[Count] = position;
        Pages[Count++] = table;
        Last = Math.Max(Last, position);
    }

    /// <summary>Something of the row added last is wanted.</summary>
    public void Want(int step, int score, int state) => wanted.Add(new(Count - 1, step, score, state));

    /// <summary>Forgets the rows of which no scores are wanted; behind the layers.</summary>
    public void KeepScored()
    {
        wanted.RemoveAll(w => w.Score < 0);
        Count = wanted.Count;
    }

    /// <summary>Leaves only the rows of which something is wanted, in their order.</summary>
    public void KeepWanted()
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            Positions[i] = Positions[wanted[i].Row];
            Pages[i] = Pages[wanted[i].Row];
        }
        Count = wanted.Count;
    }

    public void Clear()
    {
        (Count, Last) = (0, 0);
        wanted.Clear();
    }

    public void Dispose()
    {
        NativeMemory.Free(tables);
        NativeMemory.Free(tokens);
        NativeMemory.Free(pages);
        tables = null;
        room = 0;
    }
}
