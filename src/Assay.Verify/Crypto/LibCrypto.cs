using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Verify.Crypto;

/// <summary>The few functions of OpenSSL 3's libcrypto that .NET 10 does not offer, or offers only slowly.</summary>
/// <remarks>
/// .NET on Linux needs this library already. SHA256_Init/Update/Final are deprecated in OpenSSL 3.0 but exported and without
/// the fetch and allocation that make the one-shot forms several times slower on the 65-byte inputs of a Merkle tree.
/// </remarks>
internal static partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    public const int EvpPkeyEd25519 = 1087; // NID_ED25519

    private const ulong NoAtExit = 0x80000; // OPENSSL_INIT_NO_ATEXIT of openssl/crypto.h

    // Whoever uses the library first decides whether it takes itself apart in exit(), under the feet of threads that still
    // sign or verify: the process then dies of a freed object. .NET's own use of it says no; ours may come before.
    static LibCrypto() => _ = OPENSSL_init_crypto(NoAtExit, 0);

    /// <summary>SHA256_CTX of openssl/sha.h: eight words of state, two of length, a block, two counters.</summary>
    [InlineArray(28)]
    public struct Sha256Context
    {
        private uint word;
    }

    // The hashing calls do not block and run for well under a microsecond on short inputs: no GC transition.
    [DllImport(Library), SuppressGCTransition]
    public static extern int SHA256_Init(ref Sha256Context context);

    [DllImport(Library), SuppressGCTransition]
    public static extern int SHA256_Update(ref Sha256Context context, ref readonly byte data, nint length);

    [DllImport(Library, EntryPoint = nameof(SHA256_Update))]
    public static extern int SHA256_Update_Long(ref Sha256Context context, ref readonly byte data, nint length);

    [DllImport(Library), SuppressGCTransition]
    public static extern int SHA256_Final(ref byte digest, ref Sha256Context context);

    [DllImport(Library)]
    public static extern KeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, ref readonly byte key, nint length);

    [DllImport(Library)]
    public static extern KeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, ref readonly byte key, nint length);

    [DllImport(Library)]
    public static extern int EVP_PKEY_get_raw_public_key(KeyHandle key, ref byte buffer, ref nint length);

    [DllImport(Library)]
    public static extern void EVP_PKEY_free(nint key);

    [DllImport(Library)]
    public static extern ContextHandle EVP_MD_CTX_new();

    [DllImport(Library)]
    public static extern void EVP_MD_CTX_free(nint context);

    [DllImport(Library)]
    public static extern int EVP_DigestSignInit(ContextHandle context, nint pkeyContext, nint type, nint engine, KeyHandle key);

    [DllImport(Library)]
    public static extern int EVP_DigestSign(
        ContextHandle context, ref byte signature, ref nint signatureLength, ref readonly byte message, nint messageLength);

    [DllImport(Library)]
    public static extern int EVP_DigestVerifyInit(ContextHandle context, nint pkeyContext, nint type, nint engine, KeyHandle key);

    [DllImport(Library)]
    public static extern int EVP_DigestVerify(
        ContextHandle context, ref readonly byte signature, nint signatureLength, ref readonly byte message, nint messageLength);

    [DllImport(Library)]
    public static extern void ERR_clear_error();

    [DllImport(Library)]
    private static extern int OPENSSL_init_crypto(ulong options, nint settings);

    public sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    public sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }
}
