namespace Assay.Engine.Numerics;

/// <summary>
/// How many threads of this process are at work for runs, or wait for work awake. Helpers are woken only where there is a processor
/// to spare, and where there is none they do not stay awake: more threads than processors would only take turns.
/// </summary>
internal static class Crowd
{
    private static int awake;

    public static void Enter() => Interlocked.Increment(ref awake);

    public static void Leave() => Interlocked.Decrement(ref awake);

    /// <summary>One more thread has a processor of its own.</summary>
    public static bool HasRoom => Volatile.Read(ref awake) < Environment.ProcessorCount;

    /// <summary>More threads than processors.</summary>
    public static bool IsTooLarge => Volatile.Read(ref awake) > Environment.ProcessorCount;
}
