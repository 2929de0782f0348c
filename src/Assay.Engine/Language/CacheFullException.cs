namespace Assay.Engine.Language;

/// <summary>The pages of a session's cache do not suffice for what is asked. Nothing has changed; other sequences may give some back.</summary>
public sealed class CacheFullException(int missing, int free, int all)
    : Exception($"{missing} more pages of {Fast.CacheLayout.Positions} positions are needed, {free} of {all} are free: shorten or dispose of sequences, or raise CacheBytes")
{
    /// <summary>Pages that the call needs.</summary>
    public int Missing => missing;

    /// <summary>Pages that were free.</summary>
    public int Free => free;
}
