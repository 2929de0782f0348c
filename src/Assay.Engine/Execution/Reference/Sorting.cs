using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>The library's sort, for orders in which no two are equal, and which ends when the run is called off.</summary>
internal static class Sorting
{
    /// <exception cref="OperationCanceledException">The run is to end.</exception>
    public static void Sort(Span<int> places, Comparison<int> compare)
    {
        try
        {
            places.Sort((i, j) =>
            {
                Interrupt.Check();
                return compare(i, j);
            });
        }
        // The library wraps what a comparison throws.
        catch (InvalidOperationException e) when (e.InnerException is OperationCanceledException stopped)
        {
            throw new OperationCanceledException(stopped.Message, e);
        }
    }
}
